/**
 * Loaded by Node.js into a debugged contract before its first line. Takes away what only the debugger put on the command line, so that the
 * contract sees what it sees undebugged, and processes that it forks do not wait for a debugger of their own.
 */
// What is ours stands in front, and ends with this file.
const at = process.execArgv.indexOf(__filename);
if (at > 0 && process.execArgv[at - 1] === '--require') process.execArgv.splice(0, at + 1);
// A contract may list what is loaded.
Reflect.deleteProperty(require.cache, __filename);

/**
 * Loaded by Node.js into a debugged contract before its first line. Takes away what only the debugger put on the command line, so that the
 * contract sees what it sees undebugged, and processes that it forks do not wait for a debugger of their own.
 */
const ADDED = ['--inspect-brk=127.0.0.1:0', '--inspect-publish-uid=stderr', '--require', __filename];

if (ADDED.every((argument, i) => process.execArgv[i] === argument)) process.execArgv.splice(0, ADDED.length);
// A contract may list what is loaded.
Reflect.deleteProperty(require.cache, __filename);

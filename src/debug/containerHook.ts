import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import './hook';

/**
 * Loaded by Node.js in a container in which a contract is debugged (src/cluster/docker/debug), into the contract's processes and whatever else is
 * started by its program's path: they see what they would see if no wrapper stood there. Lies in the folder of the debugger's files.
 */
try {
  const program = readFileSync(join(__dirname, 'program'), 'utf8');
  process.argv[0] = process.execPath = program;
  // What some shells tell of themselves.
  if (process.env['_'] === join(__dirname, 'node')) delete process.env['_'];
  // From here on the files are needed no more, which the agent waits for.
  for (const name of [`${process.pid}.args`, `${process.pid}`]) {
    try {
      unlinkSync(join(__dirname, 'runs', name));
    } catch {
      // Not every process has both.
    }
  }
} catch {
  // Nothing that is amiss here may hinder the contract.
}

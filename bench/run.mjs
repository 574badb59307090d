// `npm run bench [-- commands] [-- extension] [-- --runs 5]`: figures, for TESTING.md. Both parts if none is named.
import { cpus, release, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';
import { commands } from './commands.mjs';
import { extension } from './extension.mjs';

const parts = { commands, extension };
const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: { type: 'string', default: '5' } } });
const runs = Number(values.runs);
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node.js ${process.version}, ${runs} runs each\n`);
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  if (!parts[name]) throw new Error(`There is no "${name}": ${Object.keys(parts).join(', ')}`);
  await parts[name](runs);
}

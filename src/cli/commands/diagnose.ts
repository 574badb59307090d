import { resolve } from 'node:path';
import { clusterDefaults } from '../../cluster/environment';
import { requireAtMost, type Command } from '../command';
import { english } from '../english';

export const diagnose: Command = {
  name: 'diagnose',
  usage: '[<path>] [--json]',
  summary: 'Look for what keeps a cluster or a contract from running here.',
  details: [
    'Looked at are: Node.js, disk, ports, Docker, the cluster, and the contract in <path> (what was deployed last, else this folder): its folder,',
    'hp.cfg.override, program, and files that are built for a machine. Nothing is changed. The exit code is 1 if there is a problem.',
    '',
    'Options:',
    '  --json    for programs',
  ],
  options: { json: { type: 'boolean' } },
  async run({ positionals, values, env, engine, output, signal }) {
    requireAtMost(1, positionals, diagnose);
    const asJson = values.json === true;
    if (!asJson) output.progress('Checking');
    const { contractOf, count, diagnose: look, reportLines } = await import('../../diagnose/diagnose');
    const path = positionals[0] ?? (await engine.status().catch(() => undefined))?.contractPath ?? '.';
    const contract = await contractOf(resolve(path));
    const results = await look({ env, engine, programs: __dirname, defaults: () => clusterDefaults(env), contract, l10n: english, signal }, (text) => output.progressed(`Checking ${text}`));
    const colours = { problem: 'red', warning: 'yellow', note: 'blue' } as const;
    if (asJson) output.line(JSON.stringify(results.map(({ title, facts, findings }) => ({ title, facts, findings: findings.map(({ severity, error: { code, message, remedy } }) => ({ severity, code, message, remedy })) })), null, 2));
    else output.text(`\n${reportLines(results, english, (severity, text) => output.coloured(colours[severity], text)).join('\n')}\n`);
    return count(results, 'problem') > 0 ? 1 : 0;
  },
};

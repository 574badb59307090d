import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliCluster, until } from './support/cliCluster';

const LINES = 200;
const CONTRACT = `const { lcl_seq_no } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
for (let i = 1; i <= ${LINES}; i++) console.log('ledger ' + lcl_seq_no + ', line ' + i + ' of the contract');
`;

describe('the console log of a running node', () => {
  const cluster = new CliCluster({ size: 1, userPort: 18_421, peerPort: 28_421 });
  beforeAll(async () => {
    // A run prints about 8 KB.
    cluster.env = { ...cluster.env, HOTPOCKET_CONSOLE_LOG_BYTES: '40000' };
    await cluster.deploy(cluster.bundle('talks', { 'index.js': CONTRACT }, { contract: { bin_path: '/usr/bin/node', bin_args: 'index.js', consensus: { roundtime: 500 } } }));
  });
  afterAll(() => cluster.dispose());

  it('stays small, and whoever follows it sees every line', async () => {
    const terminal = cluster.follow('logs', '1', '--tail', '100000');
    const dropped = /Dropped the [\d.]+ KiB of console log before that/g;
    await until('three files to be dropped', 60_000, () => ((terminal.text().match(dropped)?.length ?? 0) >= 3 ? true : undefined), () => terminal.text().slice(-2_000));
    await cluster.ok('stop', '1');
    await until('the end of the log', 30_000, () => (terminal.text().includes('hpcore exited due to signal.') ? true : undefined));
    await terminal.stop();
    expect(readdirSync(cluster.path(1, 'log')).filter((name) => name.startsWith('console'))).toEqual(['console.1.log', 'console.log']);

    // Every ledger, and after each all lines of its run.
    const text = terminal.text();
    const ledgers = [...text.matchAll(/\(lcl:(\d+)-/g)].map((match) => Number(match[1]));
    expect(ledgers.length).toBeGreaterThan(10);
    expect(ledgers).toEqual(Array.from({ length: ledgers.length }, (_, i) => (ledgers[0] ?? 0) + i));
    const printed = [...text.matchAll(/^ledger (\d+), line (\d+) of the contract$/gm)].map((match) => `${match[1]} ${match[2]}`);
    const runs = [...new Set(printed.map((line) => line.split(' ')[0]))];
    const all = runs.flatMap((run) => Array.from({ length: LINES }, (_, i) => `${run} ${i + 1}`));
    // The stop may have ended the last one before it was through.
    expect(printed.length).toBeGreaterThan(all.length - LINES);
    expect(printed).toEqual(all.slice(0, printed.length));
    expect(runs.length).toBeGreaterThanOrEqual(ledgers.length - 1);
  });
});

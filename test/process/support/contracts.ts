import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CliCluster } from './cliCluster';

const contracts = resolve(__dirname, '../contracts');

/**
 * Puts a contract of test/process/contracts, with the published contract library, into one file as authors do. `contract` is more
 * of that section of hp.cfg.override. Returns the folder to deploy.
 */
export async function nodeContract(cluster: Pick<CliCluster, 'bundle'>, name: string, contract: object = {}): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [join(contracts, `${name}.js`)], bundle: true, platform: 'node', target: 'node20', write: false, logLevel: 'warning' });
  const [bundled] = outputFiles;
  if (!bundled) throw new Error(`${name} was not built.`);
  return cluster.bundle(name, { 'index.js': bundled.contents }, { contract: { bin_path: '/usr/bin/node', bin_args: 'index.js', ...contract } });
}

/** A contract of test/process/contracts that is deployed as it is. */
export const contractSource = (file: string): string => readFileSync(join(contracts, file), 'utf8');

/** Rounds of one second. */
export const FAST = { consensus: { roundtime: 1000 } };

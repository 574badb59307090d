import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contractPaths, formatConfig, formatPatch, parsePatch, type ContractPaths, type HpConfig } from '../../../src/hotpocket/config';
import { patchHash } from '../../../src/hotpocket/stateHash';
import { failedCommand } from '../../../src/node/setup/commands';
import { saveConfig } from '../../../src/node/setup/configFile';
import { openContractDir, type ContractDir } from '../../../src/node/setup/contractDir';
import { createContractDir } from '../../../src/node/setup/create';

let home: string;
let paths: ContractPaths;
let config: HpConfig;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'hp nodé '));
  paths = contractPaths(join(home, 'node 1'));
  config = await createContractDir(paths.dir);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Opens the folder and lets go of it again. */
async function open(): Promise<ContractDir> {
  const opened = await openContractDir(paths.dir);
  opened.lock?.release();
  return opened;
}

/** What the command prints on stderr when the folder cannot be opened. */
const refusal = (): Promise<string> => open().then(() => 'was opened', (error: unknown) => failedCommand(error).stderr);

test('gives configuration, TLS files and patch hash', async () => {
  const opened = await open();
  expect(opened.config).toEqual(config);
  expect(opened.tls.cert).toBe(readFileSync(paths.tlsCert, 'utf8'));
  expect(opened.tls.key).toBe(readFileSync(paths.tlsKey, 'utf8'));
  expect(opened.patchHash).toBe(patchHash(readFileSync(paths.patchCfg)));
  expect(opened.paths).toEqual(paths);
});

test('names the first thing that is missing, in the order of hpcore', async () => {
  const { tlsCert, tlsKey, ledgerFs, contractFs, hpCfg, dir, cfg } = paths;
  const howTo = `Please provide self-signed certificates. Can generate using command\nopenssl req -newkey rsa:2048 -new -nodes -x509 -days 365 -keyout tlskey.pem -out tlscert.pem\nand add it to ${cfg}`;
  for (const path of [tlsCert, tlsKey, ledgerFs, contractFs, hpCfg, dir]) {
    rmSync(path, { recursive: true });
    expect(await refusal()).toBe(path === tlsCert || path === tlsKey ? `${path} does not exist. ${howTo}\n` : `${path} does not exist.\n`);
  }
});

test('a second node in the same folder is refused, a later one is not', async () => {
  const first = await openContractDir(paths.dir);
  const second = openContractDir(paths.dir);
  await expect(second).rejects.toMatchObject({ exitCode: 255, lines: [`Another hpcore instance is already running in directory ${paths.dir}`] });
  // Saving replaces hp.cfg; the lock has to survive that, which hpcore's own does not.
  await saveConfig(paths.dir, config);
  expect(await refusal()).toMatch('Another hpcore instance');
  first.lock?.release();
  expect((await open()).config).toEqual(config);
});

test('a configuration that is refused does not stay locked', async () => {
  const good = readFileSync(paths.hpCfg, 'utf8');
  writeFileSync(paths.hpCfg, good.replace('"port": 8080', '"port": 0'));
  expect(await refusal()).toBe(`Invalid value for user port.\nInvalid configuration values at ${paths.hpCfg}\n`);
  writeFileSync(paths.hpCfg, '{');
  expect(await refusal()).toMatch(/^Invalid config file format\. /);
  writeFileSync(paths.hpCfg, good);
  expect(await refusal()).toBe('was opened');
});

test('an unreadable hp.cfg is reported with its errno', async () => {
  rmSync(paths.hpCfg);
  mkdirSync(paths.hpCfg);
  // EISDIR
  expect(await refusal()).toBe('Error reading from the config file. 21\n');
});

test('patch.cfg is made from hp.cfg, mode 0644', async () => {
  const umask = process.umask(0o077);
  await open().finally(() => process.umask(umask));
  expect(readFileSync(paths.patchCfg, 'utf8')).toBe(formatPatch(config.contract));
  expect(statSync(paths.patchCfg).mode & 0o777).toBe(0o644);
  expect(readdirSync(paths.seed).sort()).toEqual(['patch.cfg', 'state']);
});

test('patch.cfg that is right is left alone', async () => {
  await open();
  const before = statSync(paths.patchCfg, { bigint: true });
  await open();
  const after = statSync(paths.patchCfg, { bigint: true });
  expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs]);
});

test('patch.cfg in another form, or with another mode, is put right', async () => {
  const { patchHash: canonical } = await open();
  const text = readFileSync(paths.patchCfg, 'utf8');
  writeFileSync(paths.patchCfg, JSON.stringify(parsePatch(text), null, 2));
  chmodSync(paths.patchCfg, 0o600);
  expect((await open()).patchHash).toBe(canonical);
  expect(readFileSync(paths.patchCfg, 'utf8')).toBe(text);
  chmodSync(paths.patchCfg, 0o600);
  await open();
  expect(statSync(paths.patchCfg).mode & 0o777).toBe(0o644);
});

test('a changed contract section changes the patch', async () => {
  const { patchHash: before } = await open();
  await saveConfig(paths.dir, { ...config, contract: { ...config.contract, bin_args: 'index.js' } });
  const { patchHash: after } = await open();
  expect(after).not.toBe(before);
  expect(parsePatch(readFileSync(paths.patchCfg, 'utf8')).bin_args).toBe('index.js');
});

test('saveConfig keeps keys private and leaves no temporary file', async () => {
  chmodSync(paths.hpCfg, 0o644);
  await saveConfig(paths.dir, { ...config, mesh: { ...config.mesh, known_peers: ['b:2', 'a:1'] } });
  expect(statSync(paths.hpCfg).mode & 0o777).toBe(0o600);
  expect(readdirSync(paths.cfg).sort()).toEqual(['hp.cfg', 'tlscert.pem', 'tlskey.pem']);
  expect(readFileSync(paths.hpCfg, 'utf8')).toBe(formatConfig({ ...config, mesh: { ...config.mesh, known_peers: ['a:1', 'b:2'] } }));
  renameSync(paths.cfg, `${paths.cfg} away`);
  await expect(saveConfig(paths.dir, config)).rejects.toMatchObject({ lines: [`Writing file failed. ${paths.hpCfg}`] });
});

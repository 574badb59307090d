import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contractPaths, formatConfig, parseConfig } from '../../../src/hotpocket/config';
import { createCommand, newCommand, rekeyCommand, usageCommand, versionCommand } from '../../../src/node/setup/commands';
import { openContractDir } from '../../../src/node/setup/contractDir';
import { createContractDir } from '../../../src/node/setup/create';

let home: string;
let dir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hp nodé '));
  dir = join(home, 'a cluster', 'node 1');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const mode = (path: string): number => statSync(path).mode & 0o777;
const configOf = (dir: string) => parseConfig(readFileSync(contractPaths(dir).hpCfg, 'utf8'), 'hp.cfg');

describe('new', () => {
  test('makes the layout of hpcore, whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      expect(await newCommand(dir)).toEqual({ exitCode: 0, stdout: `Contract directory created at ${dir}\nhpcore exited normally.\n`, stderr: '' });
    } finally {
      process.umask(umask);
    }
    expect(readdirSync(dir, { recursive: true }).sort()).toEqual([
      'cfg', 'cfg/hp.cfg', 'cfg/tlscert.pem', 'cfg/tlskey.pem',
      'contract_fs', 'contract_fs/mnt', 'contract_fs/seed', 'contract_fs/seed/state',
      'ledger_fs', 'ledger_fs/mnt', 'ledger_fs/seed', 'ledger_fs/seed/primary', 'ledger_fs/seed/raw',
      'log', 'log/contract',
    ]);
    for (const path of readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name))) {
      expect([relative(dir, path), mode(path)]).toEqual([relative(dir, path), statSync(path).isDirectory() ? 0o755 : 0o600]);
    }
    expect(mode(dir)).toBe(0o755);
  });

  test('writes a valid configuration with keys and an id of its own', async () => {
    const [one, two] = [await createContractDir(dir), await createContractDir(join(home, 'other'))];
    expect(configOf(dir)).toEqual(one);
    expect(readFileSync(contractPaths(dir).hpCfg, 'utf8')).toBe(formatConfig(one));
    expect(one.contract.unl).toEqual([one.node.public_key]);
    expect(one.contract.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(two.node.public_key).not.toBe(one.node.public_key);
    expect(two.contract.id).not.toBe(one.contract.id);
  });

  test('makes a certificate that clients can verify on this machine', async () => {
    const { node } = await createContractDir(dir);
    const { tlsKey, tlsCert } = contractPaths(dir);
    const [key, cert] = [readFileSync(tlsKey), readFileSync(tlsCert)];
    const parsed = new X509Certificate(cert);
    expect(parsed.subject.split('\n')).toEqual(['C=HP', 'ST=HP', 'L=HP', 'O=HP', `CN=${node.public_key.slice(2, 10)}.hotpocket.contract`]);
    expect([parsed.checkHost('localhost'), parsed.checkIP('127.0.0.1'), parsed.checkIP('::1')]).toEqual(['localhost', '127.0.0.1', '::1']);
    const years = (Date.parse(parsed.validTo) - Date.now()) / (365 * 24 * 3600 * 1000);
    expect(years).toBeGreaterThan(9.9);
    expect(Date.parse(parsed.validFrom)).toBeLessThan(Date.now());

    const server = createServer({ key, cert }, (socket) => socket.end('hello'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', servername: 'localhost', ca: cert });
    await once(client, 'secureConnect');
    expect(client.authorized).toBe(true);
    client.destroy();
    server.close();
  });

  test.each(['folder', 'file'])('does not touch a %s that exists', async (what) => {
    if (what === 'folder') mkdirSync(dir, { recursive: true });
    else {
      mkdirSync(join(dir, '..'), { recursive: true });
      writeFileSync(dir, 'mine');
    }
    expect(await newCommand(dir)).toEqual({ exitCode: 255, stdout: '', stderr: 'Contract dir already exists. Cannot create contract at the same location.\n' });
    expect(what === 'folder' ? readdirSync(dir) : readFileSync(dir, 'utf8')).toEqual(what === 'folder' ? [] : 'mine');
  });

  test('makes several at once, up to the first that fails', async () => {
    const [second, third] = [`${dir} 2`, `${dir} 3`];
    mkdirSync(third, { recursive: true });
    expect(await createCommand([dir, second, third, `${dir} 4`])).toEqual({
      exitCode: 255,
      stdout: `Contract directory created at ${dir}\nContract directory created at ${second}\n`,
      stderr: 'Contract dir already exists. Cannot create contract at the same location.\n',
    });
    expect(configOf(dir).node.public_key).not.toBe(configOf(second).node.public_key);
    expect(existsSync(`${dir} 4`)).toBe(false);
  });

  test('says so when folders cannot be made', async () => {
    writeFileSync(join(home, 'a cluster'), 'a file');
    expect(await newCommand(dir)).toEqual({ exitCode: 255, stdout: '', stderr: 'ERROR: unable to create directories.\n' });
  });
});

describe('rekey', () => {
  test('replaces the keys, in the UNL too, and nothing else', async () => {
    const before = await createContractDir(dir);
    const hpCfg = join(dir, 'cfg', 'hp.cfg');
    const others = ['ed00', 'edff'];
    writeFileSync(hpCfg, formatConfig({ ...before, contract: { ...before.contract, unl: [...before.contract.unl, ...others] } }));
    expect(await rekeyCommand(dir)).toEqual({ exitCode: 0, stdout: `New signing keys generated at ${hpCfg}\nhpcore exited normally.\n`, stderr: '' });
    const after = configOf(dir);
    expect(after.node.public_key).not.toBe(before.node.public_key);
    expect(after.contract.unl).toEqual([...others, after.node.public_key].sort());
    expect({ ...after, node: before.node, contract: before.contract }).toEqual(before);
    expect(mode(hpCfg)).toBe(0o600);
  });

  test('mends keys that do not match', async () => {
    const before = await createContractDir(dir);
    writeFileSync(join(dir, 'cfg', 'hp.cfg'), formatConfig({ ...before, node: { ...before.node, private_key: 'ed00' } }));
    expect(() => configOf(dir)).toThrow('Invalid signing keys.');
    expect((await rekeyCommand(dir)).exitCode).toBe(0);
    expect(configOf(dir).contract.unl).toEqual([configOf(dir).node.public_key]);
  });

  test('fails when the node is not in its UNL', async () => {
    const before = await createContractDir(dir);
    const text = formatConfig({ ...before, contract: { ...before.contract, unl: ['ed00'] } });
    writeFileSync(join(dir, 'cfg', 'hp.cfg'), text);
    expect(await rekeyCommand(dir)).toEqual({ exitCode: 255, stdout: '', stderr: 'Updating public key in unl list failed.\n' });
    expect(readFileSync(join(dir, 'cfg', 'hp.cfg'), 'utf8')).toBe(text);
  });

  test('fails where there is no node, or it runs', async () => {
    expect(await rekeyCommand(dir)).toEqual({ exitCode: 255, stdout: '', stderr: `${dir} does not exist.\n` });
    expect(existsSync(dir)).toBe(false);
    await createContractDir(dir);
    const { lock } = await openContractDir(dir);
    expect(lock).toBeDefined();
    expect(await rekeyCommand(dir)).toEqual({ exitCode: 255, stdout: '', stderr: `Another hpcore instance is already running in directory ${dir}\n` });
    lock?.release();
    expect((await rekeyCommand(dir)).exitCode).toBe(0);
  });

  test.skipIf(process.getuid?.() === 0)('says so when it cannot write', async () => {
    await createContractDir(dir);
    chmodSync(join(dir, 'cfg'), 0o555);
    expect((await rekeyCommand(dir)).stderr).toBe(`Writing file failed. ${join(dir, 'cfg', 'hp.cfg')}\n`);
    chmodSync(join(dir, 'cfg'), 0o755);
  });
});

test('version', () => {
  expect(versionCommand()).toEqual({ exitCode: 0, stdout: '0.6.4 \nLedger version: 0.6.3\n', stderr: '' });
});

test('an empty folder name is refused before anything is done', async () => {
  for (const command of [newCommand, rekeyCommand]) expect(await command('')).toEqual({ exitCode: 1, stdout: '', stderr: 'a contract directory must be specified\n' });
});

test('usage', () => {
  const usage = 'Usage:\nhpcore version\nhpcore <command> <contract dir> (command = run | new | rekey)\nExample: hpcore run ~/mycontract\n';
  expect(usageCommand(['run'])).toEqual({ exitCode: 255, stdout: usage, stderr: 'Contract directory not specified.\nArguments mismatch.\n' });
  for (const args of [[], ['help'], ['version', 'x'], ['run', 'a', 'b']]) expect(usageCommand(args).stderr).toBe('Arguments mismatch.\n');
});

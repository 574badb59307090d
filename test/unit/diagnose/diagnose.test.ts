import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { surroundings as onlyHere } from '../../../src/base/surroundingErrors';
import { clusterDefaults } from '../../../src/cluster/environment';
import { english } from '../../../src/cli/english';
import { contractOf, diagnose, reportLines } from '../../../src/diagnose/diagnose';
import { contractFolder } from '../../../src/diagnose/checks/contractFolder';
import { disk } from '../../../src/diagnose/checks/disk';
import { nativeFiles } from '../../../src/diagnose/checks/nativeFiles';
import { nodes } from '../../../src/diagnose/checks/nodes';
import { override } from '../../../src/diagnose/checks/override';
import { ports } from '../../../src/diagnose/checks/ports';
import { program } from '../../../src/diagnose/checks/program';
import type { Check, CheckResult } from '../../../src/diagnose/finding';
import { DockerEngine } from '../../../src/cluster/docker/engine';
import { eventually, freeDefaults, useHomes, type TestHome } from '../../support/embedded';

// Each finding is brought about by what it is about: files, ports, sockets, processes of this machine.
const root = resolve(__dirname, '../../..');
const isRoot = process.getuid?.() === 0;
const provoked = new Set<string>();
const servers: Server[] = [];
let home: TestHome;
useHomes((one) => void (home = one));
afterEach(() => servers.splice(0).forEach((server) => server.close()));

interface Case {
  readonly env?: NodeJS.ProcessEnv;
  /** A folder that is named. */
  readonly path?: string;
  readonly programs?: string;
  readonly engine?: DockerEngine;
  readonly checks?: readonly Check[] | undefined;
}
const OF_CONTRACT = [contractFolder, override, program, nativeFiles];

async function results({ env = {}, path, programs = root, engine, ...more }: Case = {}): Promise<readonly CheckResult[]> {
  const { userPortBegin, peerPortBegin } = await freeDefaults(3);
  const all = { ...home.env, HP_USER_PORT_BEGIN: String(userPortBegin), HP_PEER_PORT_BEGIN: String(peerPortBegin), DOCKER_HOST: 'unix:///nowhere/docker.sock', ...env };
  const checks = 'checks' in more || path === undefined ? more.checks : OF_CONTRACT;
  const contract = path === undefined ? undefined : await contractOf(path);
  return diagnose({ env: all, engine: engine ?? home.engine({ env: all }), programs, defaults: () => clusterDefaults(all), contract, l10n: english, signal: new AbortController().signal }, undefined, checks);
}

/** Codes of what was found, but for those that say that there is no Docker and no contract. */
async function found(one?: Case): Promise<string[]> {
  const codes = (await results(one)).flatMap(({ findings }) => findings.map(({ severity, error }) => `${severity} ${error.code}`));
  for (const code of codes) provoked.add(code.split(' ')[1] ?? '');
  return codes.filter((code) => code !== 'note DOCKER_UNREACHABLE' && code !== 'warning CONTRACT_FOLDER_UNKNOWN');
}

/** A contract folder whose hp.cfg.override says this of the contract. */
function contract(override: object, files: Readonly<Record<string, string | object>> = {}): string {
  return home.bundle({ 'index.js': '', 'hp.cfg.override': { contract: override }, ...files });
}
const nodeJs = { bin_path: '/usr/bin/node', bin_args: 'index.js' };

function headOf(file: string): Buffer {
  const fd = openSync(file, 'r');
  const head = Buffer.alloc(4096);
  readSync(fd, head);
  closeSync(fd);
  return head;
}

/** The finding of one check, as it is read. */
async function remedyOf(code: string, one: Case): Promise<string> {
  const error = (await results(one)).flatMap(({ findings }) => findings).find((finding) => finding.error.code === code)?.error;
  return `${error?.message} ${error?.remedy}`;
}

describe('what is found here', () => {
  it('is nothing where all is well', async () => {
    const all = await results({ path: contract(nodeJs), checks: undefined });
    expect(all.flatMap(({ findings }) => findings.map(({ error }) => error.code))).toEqual(['DOCKER_UNREACHABLE']);
    const text = reportLines(all, english).join('\n');
    for (const part of [/^Node\.js\n {2}\/.*: version v\d+/m, /^Ports\n {2}Free: \d+–\d+ for users, \d+–\d+ for peers/m, /^Cluster\n {2}There is none yet\./m, /Nothing is wrong\.$/]) expect(text).toMatch(part);
  });

  it('about Node.js', async () => {
    expect(await found({ env: { HOTPOCKET_NODE_PATH: '/bin/false' } })).toContain('problem NODE_JS_NOT_FOUND');
    expect(await found({ programs: home.folder })).toEqual(['warning NATIVE_CHANNELS_UNAVAILABLE']);
  });

  it('about the folder for clusters', async () => {
    const file = join(home.folder, 'a file');
    writeFileSync(file, '');
    expect(await found({ checks: [disk], env: { HOTPOCKET_HOME: join(file, 'home') } })).toEqual(['problem HOME_NOT_WRITABLE']);
    expect(await found({ checks: [disk], env: { HOTPOCKET_HOME: join(home.folder, ...Array.from({ length: 19 }, () => 'f'.repeat(200))) } })).toEqual(['problem HOME_PATH_TOO_LONG']);
    const runtime = mkdtempSync(join(tmpdir(), 'rt'));
    mkdirSync(join(home.env.HOTPOCKET_HOME ?? '', 'clusters'), { recursive: true });
    mkdirSync(join(runtime, 'hotpocket'));
    chmodSync(join(runtime, 'hotpocket'), 0o777);
    expect(await found({ checks: [disk], env: { XDG_RUNTIME_DIR: runtime } })).toEqual(['problem SUPERVISOR_SOCKET_UNSAFE']);
    rmSync(runtime, { recursive: true });
  });

  it.runIf(isRoot && process.platform === 'linux')('about its disk', async () => {
    const small = mkdtempSync(join(tmpdir(), 'small '));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    } catch {
      return rmSync(small, { recursive: true });
    }
    try {
      expect(await found({ checks: [disk], env: { HOTPOCKET_HOME: join(small, 'home') } })).toEqual(['problem DISK_ALMOST_FULL']);
      execFileSync('mount', ['-o', 'remount,ro', small]);
      expect(await found({ checks: [disk], env: { HOTPOCKET_HOME: join(small, 'home') } })).toContain('problem HOME_NOT_WRITABLE');
    } finally {
      execFileSync('umount', [small]);
      rmSync(small, { recursive: true });
    }
  });

  it('about ports', async () => {
    const { userPortBegin } = await freeDefaults(3);
    const server = createServer().listen(userPortBegin + 1, '127.0.0.1');
    servers.push(server);
    await new Promise((listening) => server.once('listening', listening));
    const env = { HP_USER_PORT_BEGIN: String(userPortBegin) };
    expect(await found({ checks: [ports], env })).toEqual(['problem PORT_IN_USE']);
    const text = await remedyOf('PORT_IN_USE', { checks: [ports], env });
    expect(text).toContain(`Port ${userPortBegin + 1}, wanted for users of node 2, is in use by `);
    if (process.platform === 'linux') expect(text).toContain(`(process ${process.pid})`);
    expect(await found({ checks: [ports], env: { HP_PEER_PORT_BEGIN: '70000' } })).toEqual(['problem INVALID_PORT']);
    expect(await found({ checks: [ports], env: { HP_CLUSTER_SIZE: 'many' } })).toEqual(['problem INVALID_CLUSTER_SIZE']);
  });

  it('about Docker', async () => {
    const open = (env: NodeJS.ProcessEnv): Case => ({ env, engine: new DockerEngine({ env: { ...home.env, ...env } }) });
    expect(await found(open({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }))).toEqual(['problem DOCKER_UNREACHABLE']);
    expect(await found(open({ DOCKER_HOST: '', DOCKER_CONTEXT: 'nobody has' }))).toContain('problem DOCKER_CONTEXT_INVALID');
    expect((await results({})).flatMap(({ findings }) => findings.map(({ severity, error }) => `${severity} ${error.code}`))).toContain('note DOCKER_UNREACHABLE');
  });

  it('about a contract folder', async () => {
    const project = join(home.folder, 'project');
    const dist = join(project, 'dist');
    mkdirSync(join(project, 'src'), { recursive: true });
    writeFileSync(join(project, 'package.json'), JSON.stringify({ scripts: { build: 'x' } }));
    writeFileSync(join(project, 'src', 'contract.js'), '');
    expect(await found({ path: project })).toEqual(['problem CONTRACT_NOT_BUILT']);
    cpSync(contract(nodeJs), dist, { recursive: true });
    utimesSync(join(project, 'src', 'contract.js'), 0, 0);
    expect(await found({ path: project })).toEqual([]);
    utimesSync(join(project, 'src', 'contract.js'), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    expect(await found({ path: project })).toEqual(['warning CONTRACT_OUTDATED']);
    expect(await found({ path: dist })).toEqual(['warning CONTRACT_OUTDATED']);
    symlinkSync('/etc/passwd', join(dist, 'link'));
    expect(await found({ path: project })).toEqual(['problem BUNDLE_INVALID']);
    expect(await found({ path: join(home.folder, 'none') })).toEqual(['problem BUNDLE_NOT_FOUND']);
    const codes = (await results({ path: home.folder })).flatMap(({ findings }) => findings.map(({ error }) => error.code));
    expect(codes).toContain('CONTRACT_FOLDER_UNKNOWN');
  });

  it('about hp.cfg.override', async () => {
    expect(await found({ path: home.bundle({ 'hp.cfg.override': '{' }) })).toEqual(['problem OVERRIDE_INVALID']);
    expect(await remedyOf('OVERRIDE_INVALID', { path: contract({ consensus: { roundtime: 0 } }) })).toContain('contract.consensus.roundtime');
  });

  it('about the program of the contract', async () => {
    const script = (text: string, mode = 0o755, more: object = {}): string => {
      const path = contract({ bin_path: 'run.sh', bin_args: '', ...more }, { 'run.sh': text });
      chmodSync(join(path, 'run.sh'), mode);
      return path;
    };
    expect(await found({ path: script('#!/bin/sh\n') })).toEqual([]);
    expect(await found({ path: script('#!/bin/sh\n', 0o644) })).toEqual(['problem CONTRACT_BINARY_NOT_EXECUTABLE']);
    expect(await found({ path: script('no script') })).toEqual(['problem CONTRACT_BINARY_BAD_FORMAT']);
    expect(await found({ path: script('#!/nowhere/sh\n') })).toEqual(['problem CONTRACT_INTERPRETER_MISSING']);
    expect(await remedyOf('CONTRACT_INTERPRETER_MISSING', { path: script('#!/bin/sh\r\n') })).toContain(String.raw`"/bin/sh\r"`);
    expect(await found({ path: script('#!/usr/bin/env no-such-language\n') })).toEqual(['problem CONTRACT_INTERPRETER_MISSING']);
    expect(await found({ path: contract({ bin_path: 'nothing' }) })).toEqual(['problem CONTRACT_BINARY_MISSING']);
    expect(await found({ path: contract({ bin_path: 'folder' }, { 'folder/file': '' }) })).toEqual(['problem CONTRACT_BINARY_NOT_A_FILE']);
    expect(await found({ path: contract({ ...nodeJs, bin_args: '--no-warnings main.js' }) })).toEqual(['problem CONTRACT_ENTRY_MISSING']);
    expect(await found({ path: contract({ ...nodeJs, execute: false, bin_args: 'main.js' }) })).toEqual([]);
  });

  it('about native files', async () => {
    const path = contract(nodeJs, { 'node_modules/a/index.js': '' });
    const own = join(path, 'node_modules/a/build/a.node');
    mkdirSync(dirname(own));
    const head = headOf(process.execPath);
    writeFileSync(own, head);
    expect(await found({ path })).toEqual([]);
    // The same for a machine that nobody has who runs this.
    if (process.platform === 'linux') head.writeUInt16LE(22, 18);
    else head.writeUInt32LE(0x12, 4);
    const other = (name: string, bytes: Buffer): void => writeFileSync(join(path, 'node_modules', name), bytes);
    writeFileSync(own.replace('a.node', 'other.node'), head);
    // One for this machine is beside it.
    expect(await found({ path })).toEqual([]);
    other('b.node', head);
    expect(await found({ path })).toEqual(['problem CONTRACT_FILE_OTHER_PLATFORM']);
    const windows = Buffer.alloc(256);
    windows.write('MZ', 0, 'latin1');
    windows.writeUInt32LE(128, 60);
    windows.write('PE\0\0', 128, 'latin1');
    windows.writeUInt16LE(0x8664, 132);
    other('b.node', windows);
    expect(await remedyOf('CONTRACT_FILE_OTHER_PLATFORM', { path })).toContain('node_modules/b.node is a program for win32 x64');
    const mac = Buffer.alloc(64);
    mac.writeUInt32BE(0xcffaedfe);
    mac.writeUInt32LE(0x100000c, 4);
    other('b.node', mac);
    if (process.platform === 'linux') expect(await remedyOf('CONTRACT_FILE_OTHER_PLATFORM', { path })).toContain('a program for darwin arm64');
    expect(await found({ path: contract(nodeJs, { 'post_exec.sh': '#!/bin/sh\n' }) })).toEqual(['problem CONTRACT_SCRIPT_NOT_EXECUTABLE']);
  });

  it('about a cluster', async () => {
    const { nodes: [first] } = await home.deploy({ 'fake.json': { crashAfterMs: 100 } }, { size: 1 });
    const ofCluster = { checks: [nodes] };
    expect(first).toBeDefined();
    expect(await eventually(async () => (await found(ofCluster)).find((code) => code === 'problem NODE_ENDED'))).toBeDefined();
    await home.deploy({ 'index.js': '' }, { size: 1 });
    expect(await found(ofCluster)).toEqual([]);
    process.kill(home.supervisorPid, 'SIGKILL');
    expect(await eventually(async () => (await found(ofCluster)).find((code) => code === 'problem NODE_INTERRUPTED'))).toBeDefined();
  });
});

describe('diagnosing', () => {
  it('ends when it is cancelled', async () => {
    const end = new AbortController();
    const looked: string[] = [];
    const env = home.env;
    const running = diagnose({ env, engine: home.engine(), programs: root, defaults: () => clusterDefaults(env), contract: undefined, l10n: english, signal: end.signal }, (text) => {
      looked.push(text);
      if (text === 'Ports') end.abort();
    });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(looked).toEqual(['Node.js', 'Disk', 'Ports']);
  });
});

it('is complete: every code is brought about here, and has a button', () => {
  // With a real daemon: test/docker/diagnose.test.ts.
  const elsewhere = ['DOCKER_IMAGE_MISSING', 'DOCKER_IMAGE_OTHER_PLATFORM'];
  const missing = Object.keys(onlyHere).filter((code) => !provoked.has(code) && !elsewhere.includes(code) && (isRoot || code !== 'DISK_ALMOST_FULL'));
  expect(missing).toEqual([]);
  const helps = readFileSync(join(root, 'src/extension/ui/help.ts'), 'utf8');
  expect([...provoked, ...elsewhere].filter((code) => !helps.includes(`  ${code}: `))).toEqual([]);
});

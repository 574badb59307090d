import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { DockerEngine } from '../../../src/cluster/docker/engine';
import { nodeContainer } from '../../../src/cluster/docker/names';
import { readFile } from '../../../src/cluster/docker/volume';
import type { ClusterStatus, NodeStatusInfo } from '../../../src/cluster/engine';
import { ledgerLines, requireSameLedgers, writeBundle } from '../../process/support/cliCluster';
import { programs } from '../../support/debugger';
import { noteLog } from '../../support/said';
import { until } from '../../support/until';
import { dockerEnv, testDocker, testImage } from './daemon';

const PATIENCE_MS = 45_000;
/** Command line of a contract at work, as long as it is not debugged. */
const RUN = /^\/usr\/bin\/node(js)? index\.js $/;
/** Command lines of hpcore's connections, one a process: they come and go. */
const CONNECTION = /^\/usr\/local\/bin\/hotpocket\/hpws /;
const DEFAULTS = { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 };

/** A cluster of containers of our own image, with the engine that steers it, and all that its nodes say. */
export class DockerCluster {
  readonly env = { HP_USER_PORT_BEGIN: String(DEFAULTS.userPortBegin) };
  private readonly home = mkdtempSync(join(tmpdir(), 'hotpocket bündles '));
  private readonly logs = new Map<number, string>();
  private readonly end = new AbortController();

  /** Of engines. */
  readonly engineEnv: NodeJS.ProcessEnv;
  readonly engine: DockerEngine;

  private constructor(private readonly docker: Docker, image: string) {
    this.engineEnv = dockerEnv({ HOTPOCKET_HOME: this.home, HOTPOCKET_OBSERVER: 'off', HP_INSTANCE_IMAGE: image });
    this.engine = this.another();
  }

  static async open(): Promise<DockerCluster> {
    const docker = testDocker();
    return new DockerCluster(docker, await testImage(docker));
  }

  /** As another window has it. */
  another(): DockerEngine {
    return new DockerEngine({ env: this.engineEnv, programs });
  }

  bundle(name: string, files: Record<string, string | Uint8Array>, override: object): string {
    const dir = join(this.home, name);
    mkdirSync(dir, { recursive: true });
    return writeBundle(dir, { ...files, 'hp.cfg.override': JSON.stringify(override) });
  }

  async deploy(path: string): Promise<ClusterStatus> {
    const status = await this.engine.deploy({ path, defaults: DEFAULTS });
    for (const { node } of status.nodes) {
      if (this.logs.has(node)) continue;
      this.logs.set(node, '');
      const options = { follow: true, sinceStart: true, signal: this.end.signal };
      void this.engine.logs(node, options, (text) => this.logs.set(node, this.log(node) + text));
    }
    return status;
  }

  async status(): Promise<ClusterStatus> {
    const found = await this.engine.status();
    if (!found) throw new Error('There is no cluster.');
    return found;
  }

  async node(number: number): Promise<NodeStatusInfo> {
    const found = (await this.status()).nodes.find(({ node }) => node === number);
    if (!found) throw new Error(`There is no node ${number}.`);
    return found;
  }

  container(node: number): Docker.Container {
    return this.docker.getContainer(nodeContainer(node));
  }

  log(node: number): string {
    return this.logs.get(node) ?? '';
  }

  /** Number of the last ledger that a node created. */
  last(node: number): number {
    return ledgerLines(this.log(node)).at(-1)?.seqNo ?? 0;
  }

  /** As CliCluster's, since the last deployment. */
  requireSameLedgers(): void {
    requireSameLedgers([...this.logs].map(([node, log]) => [node, ledgerLines(log.slice(log.lastIndexOf('Ledger primary:0-')))]));
  }

  /** Resolves when all nodes have created that many more ledgers. */
  async advance(count = 1): Promise<void> {
    const nodes = [...this.logs.keys()];
    const created = (): number[] => nodes.map((node) => ledgerLines(this.log(node)).length);
    const from = created();
    await until(`${count} more ledgers on all nodes`, PATIENCE_MS, () => (created().every((now, i) => now >= (from[i] ?? 0) + count) ? true : undefined), () => nodes.map((node) => this.log(node).slice(-1500)).join('\n---\n'));
  }

  async stateFile(node: number, path: string): Promise<string> {
    return (await readFile(this.container(node), `/hpdevkit_vol/node${node}/contract_fs/seed/state/${path}`))?.text ?? '';
  }

  /** Runs a shell script in a node's container and returns what it printed. */
  run(node: number, script: string): Promise<string> {
    return this.exec(node, ['/bin/sh', '-c', script]);
  }

  async exec(node: number, command: readonly string[]): Promise<string> {
    const exec = await this.container(node).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    const output = new PassThrough();
    this.docker.modem.demuxStream(stream, output, output);
    stream.once('end', () => output.end());
    return text(output);
  }

  /** All by which somebody could see that a node is debugged, apart from what its contract does: changed files, mounts, processes. */
  async traces(node: number): Promise<string> {
    // A process that is listed may be gone when it is looked at.
    const script = 'cat /proc/self/mountinfo; ls -AR /dev /run /tmp /usr/bin; for process in /proc/[0-9]*; do [ "$process" = /proc/$$ ] || { tr "\\\\000" " " < "$process/cmdline"; } 2>/dev/null; echo; done';
    const inside = (await this.run(node, script)).split('\n').filter((line) => line.trim() !== '' && !RUN.test(line) && !CONNECTION.test(line));
    const changes = (await this.container(node).changes()) as readonly { readonly Path: string; readonly Kind: number }[];
    // A process that is just becoming another one still has its parent's command line.
    return [...changes.map(({ Path, Kind }) => `${Path} ${Kind}`).sort(), ...new Set(inside)].join('\n');
  }

  async dispose(): Promise<void> {
    for (const log of this.logs.values()) noteLog(log);
    this.end.abort();
    await this.engine.clean().catch(() => undefined);
    this.engine.dispose();
    rmSync(this.home, { recursive: true, force: true });
  }
}

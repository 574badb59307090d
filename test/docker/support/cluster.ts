import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { DockerEngine } from '../../../src/cluster/docker/engine';
import { nodeContainer } from '../../../src/cluster/docker/names';
import { readFile } from '../../../src/cluster/docker/volume';
import type { ClusterStatus, NodeStatusInfo } from '../../../src/cluster/engine';
import { writeBundle } from '../../process/support/cliCluster';
import { programs } from '../../support/debugger';
import { noteLog } from '../../support/said';
import { until } from '../../support/until';
import { dockerEnv, testDocker, testImage } from './daemon';

const PATIENCE_MS = 45_000;
const DEFAULTS = { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 };

/** A cluster of containers of our own image, with the engine that steers it, and all that its nodes say. */
export class DockerCluster {
  readonly env = { HP_USER_PORT_BEGIN: String(DEFAULTS.userPortBegin) };
  private readonly home = mkdtempSync(join(tmpdir(), 'hotpocket bündles '));
  private readonly logs = new Map<number, string>();
  private readonly end = new AbortController();

  private constructor(readonly docker: Docker, private readonly image: string, readonly engine: DockerEngine) {}

  static async open(): Promise<DockerCluster> {
    const docker = testDocker();
    const image = await testImage(docker);
    const cluster = new DockerCluster(docker, image, new DockerEngine({ env: dockerEnv({ HP_INSTANCE_IMAGE: image }), programs }));
    await cluster.engine.clean().catch(() => undefined);
    return cluster;
  }

  /** As another window has it. */
  another(): DockerEngine {
    return new DockerEngine({ env: dockerEnv({ HP_INSTANCE_IMAGE: this.image }), programs });
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
    return Number([...this.log(node).matchAll(/Ledger created\*{4} \(lcl:(\d+)/g)].at(-1)?.[1] ?? 0);
  }

  /** Resolves when all nodes have created that many more ledgers. */
  async advance(count = 1): Promise<void> {
    const nodes = [...this.logs.keys()];
    const from = nodes.map((node) => this.last(node));
    await until(`${count} more ledgers on all nodes`, PATIENCE_MS, () => (nodes.every((node, i) => this.last(node) >= (from[i] ?? 0) + count) ? true : undefined), () => nodes.map((node) => this.log(node).slice(-1500)).join('\n---\n'));
  }

  async stateFile(node: number, path: string): Promise<string> {
    return (await readFile(this.container(node), `/hpdevkit_vol/node${node}/contract_fs/seed/state/${path}`))?.text ?? '';
  }

  /** Runs a shell script in a node's container and returns what it printed. */
  async run(node: number, script: string): Promise<string> {
    const exec = await this.container(node).exec({ Cmd: ['/bin/sh', '-c', script], AttachStdout: true, AttachStderr: true, Tty: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    await new Promise((resolve) => stream.once('end', resolve));
    return text.replaceAll('\r\n', '\n');
  }

  async dispose(): Promise<void> {
    for (const text of this.logs.values()) noteLog(text);
    this.end.abort();
    await this.engine.clean().catch(() => undefined);
    this.engine.dispose();
    rmSync(this.home, { recursive: true, force: true });
  }
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { DockerEngine } from '../../src/cluster/docker/engine';
import { clusterDefaults } from '../../src/cluster/environment';
import { english } from '../../src/cli/english';
import { docker as dockerCheck } from '../../src/diagnose/checks/docker';
import { nodes } from '../../src/diagnose/checks/nodes';
import { diagnose } from '../../src/diagnose/diagnose';
import { dockerEnv, dockerHost, testDocker, testImage } from './support/daemon';

// What Diagnose finds of a real daemon, its images and containers.
const home = mkdtempSync(join(tmpdir(), 'hotpocket diagnose '));
const docker = testDocker();
const OTHER = 'hotpocket-test/other-machine:1';
const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => dockerEnv({ HOTPOCKET_HOME: home, HOTPOCKET_OBSERVER: 'off', ...more });

afterAll(async () => {
  await docker.getImage(OTHER).remove({ force: true }).catch(() => undefined);
  rmSync(home, { recursive: true, force: true });
});

async function found(more: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const all = env(more);
  const engine = new DockerEngine({ env: all });
  try {
    const results = await diagnose({ env: all, engine, programs: home, defaults: () => clusterDefaults(all), contract: undefined, l10n: english, signal: new AbortController().signal }, undefined, [dockerCheck, nodes]);
    return results.flatMap(({ findings }) => findings.map(({ severity, error }) => `${severity} ${error.code} ${'image' in error.details ? String(error.details.image) : ''}`.trim()));
  } finally {
    engine.dispose();
  }
}

async function tar(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive);
}

describe.sequential('what is found of Docker', () => {
  it('is nothing with the images there', async () => {
    const image = await testImage(docker);
    expect(await found({ HP_INSTANCE_IMAGE: image, HP_DEVKIT_IMAGE: image })).toEqual([]);
  });

  it('is an image that is missing', async () => {
    const image = await testImage(docker);
    expect(await found({ HP_INSTANCE_IMAGE: image, HP_DEVKIT_IMAGE: '127.0.0.1:1/no:1' })).toEqual(['warning DOCKER_IMAGE_MISSING 127.0.0.1:1/no:1']);
  });

  it('is an image for another machine', async () => {
    const layer = await tar({ file: 'content' });
    const config = { architecture: 's390x', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] } };
    const archive = await tar({ 'layer.tar': layer, 'config.json': JSON.stringify(config), 'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: [OTHER], Layers: ['layer.tar'] }]) });
    const answer = await docker.loadImage(Readable.from([archive]));
    await new Promise((done) => answer.on('end', done).resume());
    expect(await found({ HP_INSTANCE_IMAGE: OTHER, HP_DEVKIT_IMAGE: OTHER })).toEqual([`warning DOCKER_IMAGE_OTHER_PLATFORM ${OTHER}`]);
  });

  it.runIf(process.getuid?.() === 0)('is a socket that one may not use', async () => {
    const programs = join(home, 'programs');
    cpSync(resolve(__dirname, '../../dist'), programs, { recursive: true });
    chmodSync(home, 0o755);
    const socket = (dockerHost ?? '').slice('unix://'.length);
    chmodSync(resolve(socket, '..'), 0o755);
    expect(statSync(socket).mode & 0o007).toBe(0);
    const child = spawn(process.execPath, [join(programs, 'cli.js'), 'diagnose', '--json', '--engine', 'docker'], { uid: 65_534, gid: 65_534, cwd: home, env: env(), stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    expect(await new Promise((done) => child.once('close', done))).toBe(1);
    expect(stdout).toContain('"DOCKER_SOCKET_DENIED"');
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { buffer } from 'node:stream/consumers';

/** A registry with one image, whose layer comes as slowly as the test lets it. */
export class SlowRegistry {
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));
  private readonly blobs = new Map<string, Buffer>();
  private server: Server | undefined;
  private layer = '';
  private manifest = '';

  /** Starts it; the name of the image. */
  async start(): Promise<string> {
    const archive = pack();
    archive.entry({ name: 'filling', mode: 0o644 }, randomBytes(3 << 20));
    archive.finalize();
    const layer = await buffer(archive);
    const config = { architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux', config: { Entrypoint: ['/nothing'] }, rootfs: { type: 'layers', diff_ids: [digest(layer)] } };
    const packed = gzipSync(layer);
    this.layer = this.keep(packed);
    const configBlob = Buffer.from(JSON.stringify(config));
    this.manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: configBlob.length, digest: this.keep(configBlob) },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: packed.length, digest: this.layer }],
    });
    this.server = createServer((request, response) => void this.answer(request.url ?? '', request.method === 'HEAD', response));
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}/slow/image:1`;
  }

  /** From now on everything comes at once. */
  hurry(): void {
    this.release();
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  private keep(blob: Buffer): string {
    const name = digest(blob);
    this.blobs.set(name, blob);
    return name;
  }

  private async answer(url: string, head: boolean, response: ServerResponse): Promise<void> {
    if (url === '/v2/') return void response.end('{}');
    if (url.includes('/manifests/')) {
      response.writeHead(200, { 'Content-Type': MANIFEST, 'Content-Length': Buffer.byteLength(this.manifest), 'Docker-Content-Digest': digest(Buffer.from(this.manifest)) });
      return void response.end(head ? undefined : this.manifest);
    }
    const name = url.split('/').at(-1) ?? '';
    const blob = this.blobs.get(name);
    if (!blob) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Length': blob.length });
    const half = name === this.layer ? blob.length / 2 : blob.length;
    response.write(blob.subarray(0, half));
    if (name === this.layer) await this.released;
    response.end(blob.subarray(half));
  }
}

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const digest = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

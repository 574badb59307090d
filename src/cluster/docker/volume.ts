import type Docker from 'dockerode';
import { extract, pack, type Pack } from 'tar-stream';
import { hasStatus } from './daemon/failures';
import { MOUNT } from './names';

/** A small file of a container. */
export interface ContainerFile {
  readonly text: string;
  readonly mode: number;
}

/** Undefined if there is no such file. */
export async function readFile(container: Docker.Container, path: string): Promise<ContainerFile | undefined> {
  const file = await readBytes(container, path);
  return file && { text: file.content.toString('utf8'), mode: file.mode };
}

/** Files of containers are read and written in the form of tar archives, whether the containers run or not. */
export async function readBytes(container: Docker.Container, path: string): Promise<{ readonly content: Buffer; readonly mode: number } | undefined> {
  let archive: NodeJS.ReadableStream;
  try {
    archive = await container.getArchive({ path });
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
  return new Promise((resolve, reject) => {
    let file: { readonly content: Buffer; readonly mode: number } | undefined;
    const reader = extract();
    reader.on('entry', ({ mode = 0o644, type }, content, next) => {
      const chunks: Buffer[] = [];
      content.on('data', (chunk: Buffer) => chunks.push(chunk));
      content.on('end', () => {
        if (type === 'file') file ??= { content: Buffer.concat(chunks), mode: mode & 0o7777 };
        next();
      });
    });
    reader.on('finish', () => resolve(file)).on('error', reject);
    archive.on('error', reject).pipe(reader);
  });
}

/** Writes files into the volume; paths count from its root. All belong to root. */
export async function writeFiles(container: Docker.Container, files: readonly (ContainerFile & { readonly path: string })[], path = MOUNT): Promise<void> {
  await upload(container, path, (archive) => {
    for (const { path: name, text, mode } of files) archive.entry({ name, mode }, text);
    return Promise.resolve();
  });
}

/** Unpacks an archive in a container, at a folder that is there. `fill` must not finalize it. */
export async function upload(container: Docker.Container, path: string, fill: (archive: Pack) => Promise<void>, signal?: AbortSignal): Promise<void> {
  const archive = pack();
  // Read in the daemon's time, so that large folders are never in memory as a whole.
  const sent = container.putArchive(archive, { path, ...(signal && { abortSignal: signal }) });
  const filled = fill(archive).then(() => archive.finalize(), (error: Error) => {
    archive.destroy(error);
    throw error;
  });
  const [fillResult, sendResult] = await Promise.allSettled([filled, sent]);
  // What could not be read is the cause of what could not be sent.
  if (fillResult.status === 'rejected' && sendResult.status === 'rejected') throw fillResult.reason;
  if (sendResult.status === 'rejected') throw sendResult.reason;
}

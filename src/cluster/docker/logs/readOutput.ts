import { StringDecoder } from 'node:string_decoder';
import type Docker from 'dockerode';
import { LogFrames } from './frames';

export interface OutputRange {
  /** As Docker takes it: `sinceStart`. */
  readonly since?: string;
  /** Lines. */
  readonly tail?: number;
}

/** What a container printed so far, both streams. */
export async function readOutput(docker: Docker, container: Docker.Container, { since, tail }: OutputRange): Promise<string> {
  const range = { ...(since !== undefined && { since: since as unknown as number }), ...(tail !== undefined && { tail }) };
  const bytes = await container.logs({ stdout: true, stderr: true, timestamps: true, follow: false, ...range });
  const decoder = new StringDecoder('utf8');
  return new LogFrames().push(bytes).map(({ content }) => decoder.write(content)).join('') + decoder.end();
}

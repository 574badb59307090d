import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { hotpocketClient, type Client } from '../../../support/hotpocketClient';
import { projectFolder } from '../../harness/paths';

/** The sample contract as an author's project that can be built, and a user of it. */
export class SampleProject {
  readonly source: string;
  readonly received: string[] = [];
  private client: Client | undefined;

  /** `settings`: of the workspace. */
  constructor(readonly folder: string, settings: object) {
    this.source = join(folder, 'src', 'contract.js');
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    const sample = join(projectFolder, 'samples', 'starter');
    for (const name of ['src', 'build.mjs', 'package.json']) cpSync(join(sample, name), join(folder, name), { recursive: true });
    symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  }

  /** Number of the first line of the source that contains the text. */
  lineOf(text: string): number {
    return readFileSync(this.source, 'utf8').split('\n').findIndex((line) => line.includes(text)) + 1;
  }

  /** As a user of the node with this port, in place of the one there was. */
  async connect(port: number): Promise<void> {
    await this.close();
    const client = await hotpocketClient.createClient([`wss://localhost:${port}`], await hotpocketClient.generateKeys(), { protocol: 'bson' });
    this.client = client;
    client.on('contract_output', ({ outputs }) => this.received.push(...outputs.map(String)));
    expect(await client.connect()).toBe(true);
  }

  /** Hands in an input; resolves with what became of it. */
  async submit(data: string): Promise<{ readonly status: string }> {
    if (!this.client) throw new Error('No user is connected.');
    return (await this.client.submitContractInput(JSON.stringify({ type: 'set', data }))).submissionStatus;
  }

  async close(): Promise<void> {
    await this.client?.close();
  }
}

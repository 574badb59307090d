import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { DebugRequest } from '../../../src/cluster/engine';
import { FAST, nodeContract } from '../../process/support/contracts';
import { User } from '../../process/support/users';
import { TestDebugger } from '../../support/debugger';
import { DockerCluster } from './cluster';

/** A line of the contract `notes` that runs with every input. */
export const NOTE = 'appendFileSync(FILE';
/** One that runs in every round. */
export const ALWAYS = 'for (const user of ctx.users.list())';
export const EXEC_TIMEOUT_MS = 120_000;
export const NODES = [1, 2, 3];

/** For a file of tests: a cluster of three containers with the contract `notes`, debuggers with nothing but the inspector's protocol, and users. */
export class Debugging {
  cluster!: DockerCluster;
  source = '';
  /** This test ends contracts itself. */
  violent = false;
  private readonly debuggers: TestDebugger[] = [];
  private readonly users: User[] = [];
  /** Ends of the logs when the test began. */
  private begun: readonly number[] = [];

  constructor() {
    beforeAll(async () => {
      this.cluster = await DockerCluster.open();
      await this.deploy();
    });
    beforeEach(() => {
      this.begun = NODES.map((node) => this.cluster.log(node).length);
      this.violent = false;
    });
    afterEach(async () => {
      for (const user of this.users.splice(0)) await user.close();
      for (const tester of this.debuggers.splice(0)) {
        await tester.disarm();
        tester.dispose();
      }
      const said = NODES.map((node, i) => this.cluster.log(node).slice(this.begun[i])).join('');
      if (!this.violent) expect(said).not.toContain('prematurely');
      expect(said).not.toMatch(/[Dd]ebugger|inspector/);
      // A node that was late may stand alone for a round, but not for good.
      this.cluster.requireSameLedgers();
    });
    afterAll(() => this.cluster?.dispose());
  }

  /** Of the lines of the contract: where one is, from 0. */
  line(text: string): number {
    return this.source.split('\n').findIndex((line) => line.includes(text));
  }

  async deploy(contract: object = {}): Promise<void> {
    const path = await nodeContract(this.cluster, 'notes', { ...FAST, round_limits: { exec_timeout: EXEC_TIMEOUT_MS }, ...contract });
    this.source = readFileSync(join(path, 'index.js'), 'utf8');
    await this.cluster.deploy(path);
    await this.cluster.advance();
  }

  async debug(request: Partial<DebugRequest> & { readonly node: number }, breakpoints?: readonly string[]): Promise<TestDebugger> {
    const tester = await TestDebugger.arm(this.cluster.another(), this.source, request, breakpoints);
    this.debuggers.push(tester);
    return tester;
  }

  async connect(node: number): Promise<User> {
    const user = await User.connect(this.cluster, node, { protocol: 'bson' });
    this.users.push(user);
    return user;
  }
}

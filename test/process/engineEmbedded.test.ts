import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { EmbeddedEngine } from '../../src/cluster/embedded/engine';
import { describeEngine } from '../support/engineBehaviour';

// Our own nodes as processes; test/docker/engine.test.ts runs the same tests on containers.

const home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
const env = { PATH: process.env.PATH, HOME: home, HOTPOCKET_HOME: home };

afterAll(() => rmSync(home, { recursive: true, force: true }));

describeEngine('embedded', () =>
  Promise.resolve({
    open: () => new EmbeddedEngine({ programs: resolve(__dirname, '../../dist'), env }),
    defaults: { size: 3, userPortBegin: 18_801, peerPortBegin: 28_801 },
    kill: ({ state }) => {
      if ('pid' in state) process.kill(state.pid, 'SIGKILL');
      return Promise.resolve();
    },
  }),
);

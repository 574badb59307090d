import { defineConfig } from 'vitest/config';

// What is waited for comes soon; how long it may take on a busy machine only ends what hangs.
const shared = { setupFiles: ['test/support/setup.ts'], environment: 'node' as const, expect: { poll: { timeout: 20_000, interval: 20 } } };

export default defineConfig({
  test: {
    // Left to itself Vitest uses one of two cores; more files at a time would disturb those that measure rounds.
    maxWorkers: 2,
    projects: [
      // Pure logic and small real things (a file, a socket, a process): milliseconds each; the limit only ends what hangs.
      { test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 } },
      // Whole clusters in one process on a virtual clock with a seeded network.
      { test: { ...shared, name: 'sim', include: ['test/sim/**/*.test.ts'], testTimeout: 300_000 } },
      // Built programs as real processes, with the npm libraries of HotPocket; each file has ports of its own.
      { test: { ...shared, name: 'process', include: ['test/process/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 120_000 } },
      // The long form of what process/chaos.test.ts is (npm run chaos): minutes, as many as asked for.
      { test: { ...shared, name: 'chaos', include: ['test/chaos/**/*.test.ts'], fileParallelism: false } },
      // Messages that are made to be wrong (npm run fuzz); process/fuzz.test.ts is the short form.
      { test: { ...shared, name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], fileParallelism: false } },
      // A cluster that runs for thousands of ledgers (npm run soak).
      { test: { ...shared, name: 'soak', include: ['test/soak/**/*.test.ts'], fileParallelism: false } },
      // Containers of a Docker daemon of their own (test/docker/daemon/withDaemon.mjs); the cluster's names are there once, so one file at a time.
      { test: { ...shared, name: 'docker', include: ['test/docker/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 120_000, fileParallelism: false } },
    ],
  },
});

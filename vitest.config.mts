import { defineConfig } from 'vitest/config';

const shared = { setupFiles: ['test/support/setup.ts'], environment: 'node' as const };

export default defineConfig({
  test: {
    projects: [
      // Pure logic and small real things (a file, a socket, a process): milliseconds each; the limit only ends what hangs.
      { test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      // Whole clusters in one process on a virtual clock with a seeded network.
      { test: { ...shared, name: 'sim', include: ['test/sim/**/*.test.ts'], testTimeout: 300_000 } },
      // Built programs as real processes, with the npm libraries of HotPocket; one file at a time, they share the machine.
      { test: { ...shared, name: 'process', include: ['test/process/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false } },
    ],
  },
});

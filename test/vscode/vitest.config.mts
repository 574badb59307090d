import { defineConfig } from 'vitest/config';

// Tests that drive windows of VS Code from outside, one file at a time: each needs about 1.2 GB and most of a core.
const shared = { environment: 'node' as const, testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false, expect: { poll: { timeout: 60_000, interval: 200 } } };
const root = import.meta.dirname;

export default defineConfig({
  test: {
    projects: [
      // The packed extension. HOTPOCKET_TEST_VSIX names it (run.mjs).
      { test: { ...shared, root, name: 'ui', include: ['ui/**/*.test.ts'] } },
      // What the tests stand on, by a small extension of its own.
      { test: { ...shared, root, name: 'selftest', include: ['selftest/*.test.ts'] } },
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** The panel's real page in a real browser: one browser for all files, one after the other. */
export default defineConfig({
  test: {
    include: ['test/webview/**/*.test.ts'],
    globalSetup: 'test/webview/support/build.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    fileParallelism: false,
    isolate: false,
    maxWorkers: 1,
  },
});

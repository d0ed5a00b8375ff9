import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,contract}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Some tests start child processes with a model in each: two files at a time is enough for small machines.
    maxWorkers: 2,
  },
});

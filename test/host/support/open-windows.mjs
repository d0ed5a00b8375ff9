import path from 'node:path';
import { CACHE, ROOT } from '../../../scripts/vscode/paths.mjs';

/**
 * The windows that stories have open.
 * @type {Set<{screenshot(file: string): Promise<void>, close(): Promise<void>}>}
 */
export const openWindows = new Set();

/** Mocha's hooks around every story: one that failed leaves a picture of each of its windows, and no window. */
export const storyHooks = {
  async afterEach() {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const file = path.join(CACHE, 'failed', `${test.fullTitle().replace(/[^\w-]+/g, '-')}.png`);
    for (const window of [...openWindows]) {
      try {
        await window.screenshot(file);
        console.log(`      its window at that moment: ${path.relative(ROOT, file)}`);
      } catch (error) {
        console.log(`      no picture of its window: ${error.message.split('\n')[0]}`);
      }
      await window.close();
    }
  },
};

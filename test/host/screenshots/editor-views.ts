import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { VSCodeWindow } from '../support/window.ts';
import { goTo, hover, type View } from './view.ts';

/** Line and column, from 1, of what stands so many characters after the beginning of a text in a file. */
function place({ folder }: VSCodeWindow, file: string, text: string, after: number): [number, number] {
  const before = readFileSync(path.join(folder!, file), 'utf8').split(text)[0]!.split('\n');
  return [before.length, before.at(-1)!.length + 1 + after];
}

/** What stands in the editor itself, and around it. The last one runs tests. */
export const EDITOR_VIEWS: View[] = [
  {
    name: 'prompt-file',
    async show(window) {
      await window.runCommand('View: Close All Editors');
      await window.openFile('short-answers.prompt.yml');
      await window.page.locator('.codelens-decoration').filter({ hasText: 'quality' }).first().waitFor();
    },
  },
  {
    name: 'prompt-hover',
    hovers: true,
    async show(window) {
      await window.openFile('short-answers.prompt.yml');
      await window.page.locator('.codelens-decoration').filter({ hasText: 'quality' }).first().waitFor();
      await hover(window, window.page.locator('.view-line').filter({ hasText: 'context:' }).nth(1));
    },
  },
  {
    name: 'prompt-rows',
    async show(window) {
      await window.openFile('chat.jsonl');
      await window.page.locator('.codelens-decoration').filter({ hasText: 'quality' }).first().waitFor();
    },
  },
  {
    name: 'mistakes',
    async show(window) {
      await window.openFile('mistakes.jsonl');
      await window.page.locator('.squiggly-error, .squiggly-warning').first().waitFor();
      await goTo(window, 2, 1);
      await window.runCommand('Problems: Focus on Problems View');
    },
    after: (window) => window.runCommand('View: Hide Panel'),
  },
  {
    name: 'config-completion',
    async show(window) {
      await window.runCommand('View: Close All Editors');
      await window.openFile('poq.config.json');
      await goTo(window, ...place(window, 'poq.config.json', '"metric": "chrf', 11));
      await window.runCommand('Trigger Suggest');
      await window.page.locator('.suggest-widget.visible .monaco-list-row').nth(1).waitFor();
    },
  },
  {
    name: 'config-hover',
    async show(window) {
      await window.openFile('poq.config.json');
      await goTo(window, ...place(window, 'poq.config.json', '"minQuality"', 3));
      await window.runCommand('Show or Focus Hover');
      await window.page.locator('.monaco-hover:visible').first().waitFor();
    },
  },
  {
    name: 'palette',
    async show(window) {
      await window.openPalette('PoQ: ');
      await window
        .palette(/^PoQ: /)
        .first()
        .waitFor();
    },
  },
  {
    name: 'devices',
    async show(window) {
      await window.runCommand('PoQ: Show Devices');
      await window.page.locator('.quick-input-widget .monaco-list-row').nth(1).waitFor();
    },
  },
  {
    name: 'walkthrough',
    async show(window) {
      await window.runCommand('View: Close All Editors');
      await window.runCommand('Welcome: Open Walkthrough...');
      await window.quickPick(/Get Started with PoQ Lab/);
      await window.page.locator('.gettingStartedContainer .step-title').first().waitFor();
    },
  },
  {
    name: 'testing',
    async show(window) {
      await window.runCommand('View: Close All Editors');
      await window.openFile('mixed.csv');
      await window.page.locator('.testing-run-glyph').first().waitFor();
      await window.runCommand('Test: Run Tests in Current File');
      await window.runCommand('Testing: Focus on Test Explorer View');
      await window.page
        .locator('.monaco-editor .codicon-testing-failed-icon, .monaco-editor .codicon-testing-error-icon')
        .first()
        .waitFor({ timeout: 120_000 });
      await window.page.waitForTimeout(2000); // the tree opens where a test failed
    },
  },
  {
    name: 'testing-difference',
    async show(window) {
      await window.openFile('mixed.csv');
      await window.page
        .getByText(/quality \d\.\d is below 5/)
        .first()
        .click();
      await window.page.locator('.monaco-diff-editor').first().waitFor();
    },
  },
];

import type { VSCodeWindow } from '../support/window.ts';

/** A picture of the product: its file's name (the theme is added) and how a user gets there. */
export interface View {
  name: string;
  show(window: VSCodeWindow): Promise<void>;
}

/** Opens the results and one of their tabs. */
function tab(name: string, label: string): View {
  return {
    name,
    async show(window) {
      await openResults(window);
      await window.panel().getByRole('tab', { name: label }).click();
      await window.panel().getByRole('tabpanel', { name: label }).locator('table, [role=grid]').first().waitFor();
    },
  };
}

async function openResults(window: VSCodeWindow): Promise<void> {
  await window.runCommand('View: Close All Editors');
  await window.runCommand('PoQ: Open Results');
  await window.panel().getByRole('tablist').waitFor();
}

/** Every view, in the order in which they are taken in one window on a workspace that has a finished run. */
export const VIEWS: View[] = [
  {
    name: 'prompt-file',
    async show(window) {
      await window.openFile('short-answers.prompt.yml');
      await window.page.locator('.codelens-decoration').first().waitFor();
    },
  },
  {
    name: 'config',
    async show(window) {
      await window.runCommand('View: Close All Editors');
      await window.openFile('poq.config.json');
      await window.editor().locator('.view-line').first().waitFor();
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
    name: 'side-bar',
    async show(window) {
      await window.runCommand('View: Show PoQ Lab');
      await window.page.locator('.sidebar .pane-header').filter({ hasText: 'Runs' }).waitFor();
      await window.page.locator('.sidebar .monaco-list-row').first().waitFor();
    },
  },
  tab('leaderboard', 'Leaderboard'),
  tab('compare', 'Compare'),
  tab('evaluators', 'Evaluators'),
  tab('runs', 'Runs'),
];

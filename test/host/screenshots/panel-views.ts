import type { VSCodeWindow } from '../support/window.ts';
import type { View } from './view.ts';

/** Opens the results and one of their tabs. */
function tab(name: string, label: string, then?: (window: VSCodeWindow) => Promise<void>): View {
  return {
    name,
    async show(window) {
      await openResults(window);
      await showTab(window, label);
      await then?.(window);
    },
  };
}

export async function openResults(window: VSCodeWindow): Promise<void> {
  await window.runCommand('View: Close All Editors');
  await window.runCommand('PoQ: Open Results');
  await window.panel().getByRole('tablist').waitFor();
}

async function showTab(window: VSCodeWindow, label: string): Promise<void> {
  await window.panel().getByRole('tab', { name: label }).click();
  await window.panel().getByRole('tabpanel', { name: label }).locator('table, [role=grid]').first().waitFor();
}

/** A view of a panel that has only so much room, in CSS pixels. */
function within(view: View, width: number, height: number): View {
  return {
    ...view,
    async show(window) {
      await window.runCommand('View: Close Primary Side Bar');
      await window.page.setViewportSize({ width, height });
      await view.show(window);
    },
    async after(window) {
      await window.page.setViewportSize({ width: 1280, height: 800 });
      await window.runCommand('View: Focus into Primary Side Bar');
    },
  };
}

const scrollTo = (heading: string) => (window: VSCodeWindow) =>
  window
    .panel()
    .getByRole('heading', { name: heading })
    .evaluate((element) => element.scrollIntoView());

export const PANEL_VIEWS: View[] = [
  {
    name: 'side-bar',
    async show(window) {
      await window.runCommand('View: Show PoQ Lab');
      await window.page.locator('.sidebar .pane-header').filter({ hasText: 'Runs' }).waitFor();
      await window.page.locator('.sidebar .monaco-list-row').nth(4).waitFor();
    },
  },
  tab('leaderboard', 'Leaderboard'),
  tab('leaderboard-weights', 'Leaderboard', async (window) => {
    await window.panel().getByLabel('β as a number').fill('1.5');
    await window
      .panel()
      .getByRole('button', { name: /^Columns: Ranked/ })
      .click();
  }),
  tab('disagreement', 'Leaderboard', scrollTo('Largest disagreement')),
  tab('baseline', 'Leaderboard', scrollTo('Against the baseline')),
  tab('compare', 'Compare', async (window) => {
    await window.panel().getByLabel('Sort by').selectOption({ label: 'largest disagreement' });
  }),
  tab('compare-prompt', 'Compare', async (window) => {
    await window.panel().locator('.cmp-detail summary').first().click();
  }),
  tab('compare-nothing', 'Compare', async (window) => {
    await window.panel().locator('input[placeholder="Part of the id"]').first().fill('nothing is called so');
    await window.panel().getByText('No sample matches').waitFor();
  }),
  tab('evaluators', 'Evaluators'),
  tab('runs', 'Runs'),
  within(tab('narrow-leaderboard', 'Leaderboard'), 460, 900),
  within(tab('narrow-compare', 'Compare'), 460, 900),
];

/** In a window whose pixels are twice as large. */
export const ZOOM_VIEWS: View[] = [
  {
    ...tab('zoom-leaderboard', 'Leaderboard'),
    async show(window) {
      await window.runCommand('View: Close Primary Side Bar');
      await tab('', 'Leaderboard').show(window);
    },
  },
  tab('zoom-compare', 'Compare'),
];

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runsIn } from '../support/runs.ts';
import { until } from '../support/until.ts';
import type { VSCodeWindow } from '../support/window.ts';
import { openResults } from './panel-views.ts';
import type { View } from './view.ts';

/** What is shown where there is nothing yet, where nothing may be done, while something runs, and when it stopped. */

const sideBar: View['show'] = async (window) => {
  await window.runCommand('View: Show PoQ Lab');
  await window.page.locator('.welcome-view-content').first().waitFor();
};

const panelText = (text: string | RegExp) => async (window: VSCodeWindow) => {
  await window.runCommand('View: Close All Editors');
  await window.runCommand('PoQ: Open Results');
  await window.panel().getByText(text).first().waitFor();
};

export const EMPTY_VIEWS: View[] = [
  {
    name: 'empty',
    async show(window) {
      await sideBar(window);
      await panelText('No run yet')(window);
    },
  },
];

export const UNTRUSTED_VIEWS: View[] = [
  {
    name: 'untrusted',
    async show(window) {
      await window.page.getByRole('tab', { name: 'PoQ Lab' }).first().click();
      await window.page.locator('.welcome-view-content').first().waitFor();
      await panelText('not trusted')(window);
    },
  },
];

async function start(window: VSCodeWindow): Promise<void> {
  await window.runCommand('PoQ: Run Workspace Evaluation');
  await window.panel().getByRole('tab', { name: 'Leaderboard' }).waitFor({ timeout: 60_000 });
  await window
    .panel()
    .getByText(/^[1-9]\d* of \d+/)
    .waitFor({ timeout: 60_000 });
  await window.panel().locator('table').first().waitFor();
}

export const RUNNING_VIEWS: View[] = [
  { name: 'running', show: start },
  {
    name: 'running-views',
    async show(window) {
      await window.runCommand('View: Show PoQ Lab');
      await window.panel().getByRole('tab', { name: 'Compare' }).click();
      await window.panel().getByRole('grid').waitFor();
    },
  },
  {
    name: 'cancelled',
    async show(window) {
      await window.runCommand('PoQ: Cancel');
      await window.panel().getByRole('tab', { name: 'Leaderboard' }).click();
      await window.panel().locator('.note').getByText('The run was cancelled').waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'interrupted',
    async show(window) {
      await start(window);
      const folder = window.folder!;
      const lock = path.join(folder, '.poq', 'runs', runsIn(folder).at(-1)!, 'lock');
      process.kill(JSON.parse(readFileSync(lock, 'utf8')).pid, 'SIGKILL');
      await window.panel().locator('.note').getByText('The run was interrupted').waitFor({ timeout: 60_000 });
      await window.notifications(/The run stopped/).waitFor();
    },
    async after(window) {
      await window.page.locator('.part.activitybar').first().hover();
      await window.runCommand('Notifications: Clear All Notifications');
    },
  },
  {
    name: 'failed',
    async show(window) {
      const file = path.join(window.folder!, 'poq.config.json');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace(/"provider": "openai"[^}]*/, '"provider": "onnx", "model": "bundled:gone"'));
      const before = runsIn(window.folder!).length;
      await window.runCommand('PoQ: Run Workspace Evaluation');
      await until('a run began or a message came', async () => {
        return runsIn(window.folder!).length > before || (await window.notifications().count()) > 0 || undefined;
      });
      await window.page.waitForTimeout(3000);
    },
    after: (window) => window.runCommand('Notifications: Clear All Notifications'),
  },
  {
    name: 'no-answer',
    async show(window) {
      const file = path.join(window.folder!, 'poq.config.json');
      const text = readFileSync(file, 'utf8');
      const model = '"provider": "openai", "baseUrl": "http://127.0.0.1:9/v1", "model": "m", "retries": 0';
      writeFileSync(file, text.replace(/"provider": "onnx"[^}]*/, model));
      await openResults(window);
      await window.runCommand('PoQ: Run Workspace Evaluation');
      await window.panel().getByRole('button', { name: 'Run again' }).waitFor({ timeout: 60_000 });
      await window.panel().getByText(/fail/i).first().waitFor();
    },
  },
];

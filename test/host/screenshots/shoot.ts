import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../../scripts/vscode/paths.mjs';
import { openWindow, THEMES } from '../support/window.ts';
import { copyQuickstart } from '../support/workspaces.mjs';
import { VIEWS } from './views.ts';

type Theme = keyof typeof THEMES;

/**
 * Shoots views in themes into a folder as VIEW-THEME.png.
 * @param only names of themes and views; none of a kind: all of it
 * @returns what could not be shot, one line each
 */
export async function shoot(folder: string, only: string[]): Promise<string[]> {
  const names = [...Object.keys(THEMES), ...VIEWS.map(({ name }) => name)];
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) return [`There is no ${unknown.join(', ')}; there are ${names.join(', ')}.`];
  const among = <T extends string>(all: T[]) => (all.some((name) => only.includes(name)) ? only : all) as T[];
  const themes = among(Object.keys(THEMES) as Theme[]).filter((name) => name in THEMES);
  const views = VIEWS.filter(({ name }) => among(VIEWS.map((view) => view.name)).includes(name));

  const home = mkdtempSync(path.join(os.tmpdir(), 'poq-screenshots-'));
  const failed: string[] = [];
  try {
    const workspace = copyQuickstart(path.join(home, 'quickstart'));
    execFileSync(process.execPath, [
      path.join(ROOT, 'dist', 'cli.mjs'),
      'run',
      '--config',
      path.join(workspace, 'poq.config.json'),
      '--quiet',
    ]);
    for (const theme of themes) {
      const window = await openWindow({ folder: workspace, theme, viewport: { width: 1440, height: 900 } });
      for (const view of views) {
        const file = path.join(folder, `${view.name}-${theme}.png`);
        try {
          // What the view before left open: the palette, a dialog of an error.
          for (let times = 0; times < 2; times++) await window.press('Escape');
          await view.show(window);
          await window.page.mouse.move(0, 0);
          await window.page.waitForTimeout(500); // what moves has come to rest
        } catch (error) {
          failed.push(`${view.name} in ${theme}: ${String((error as Error).message).split('\n')[0]}`);
        }
        await window.screenshot(file);
      }
      await window.close();
    }
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
  return failed;
}

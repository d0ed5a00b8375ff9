import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openWindow, THEMES, type VSCodeWindow } from '../support/window.ts';
import { type Scene, scenes } from './scenes.ts';
import type { View } from './view.ts';

type Theme = keyof typeof THEMES;

const SIZE = { width: 1280, height: 800 };

/**
 * Shoots views in themes into a folder as VIEW-THEME.png. A view that builds on another is shot right only with it.
 * @param only names of themes and views; none of a kind: all of it
 * @returns what could not be shot, one line each
 */
export async function shoot(folder: string, only: string[]): Promise<string[]> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'poq-screenshots-'));
  const all = scenes(home);
  const views = all.flatMap((scene) => scene.views.map(({ name }) => name));
  const themes = Object.keys(THEMES) as Theme[];
  const unknown = only.filter((name) => !views.includes(name) && !(name in THEMES));
  if (unknown.length > 0) return [`There is no ${unknown.join(', ')}; there are ${[...themes, ...views].join(', ')}.`];
  const among = (names: string[]) => (only.some((name) => names.includes(name)) ? only : names);

  const failed: string[] = [];
  try {
    for (const theme of themes.filter((name) => among(themes).includes(name)))
      for (const [i, scene] of all.entries()) {
        const wanted = scene.views.filter(({ name }) => among(views).includes(name));
        if (wanted.length === 0) continue;
        const workspace = path.join(home, `${theme}-${i}`, 'quickstart');
        failed.push(...(await shootScene(scene, wanted, theme, workspace, folder)));
      }
  } finally {
    for (const scene of all) scene.end?.();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
  return failed;
}

async function shootScene(scene: Scene, views: View[], theme: Theme, workspace: string, folder: string) {
  const failed: string[] = [];
  await scene.workspace(workspace);
  const window = await openWindow({ viewport: SIZE, ...scene.options, folder: workspace, theme });
  try {
    for (const view of views) {
      const problem = await shootView(window, view, path.join(folder, `${view.name}-${theme}.png`));
      if (problem) failed.push(`${view.name} in ${theme}: ${problem}`);
    }
  } finally {
    await window.close();
  }
  return failed;
}

/** @returns what went wrong on the way; the picture is of what is there then */
async function shootView(window: VSCodeWindow, view: View, file: string): Promise<string | undefined> {
  let problem: string | undefined;
  try {
    // What the view before left open: the palette, a dialog of an error.
    for (let times = 0; times < 2; times++) await window.press('Escape');
    await view.show(window);
    if (!view.hovers) await window.page.mouse.move(0, 0);
    await window.page.waitForTimeout(500); // what moves has come to rest
  } catch (error) {
    problem = String((error as Error).message).split('\n')[0];
  }
  await window.screenshot(file);
  await view.after?.(window).catch((error: Error) => {
    problem ??= error.message.split('\n')[0];
  });
  return problem;
}

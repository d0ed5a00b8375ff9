import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commands, type Disposable } from 'vscode';
import type { Folders, History, PoqFolder } from '../ports.ts';

/** Runs that are looked at for one that could be resumed. */
const NEWEST = 30;

/**
 * Keeps the context keys `poq.hasRuns` and `poq.canResume` right, which say what commands are in the palette. Reads
 * folders directly: for that no process has to be started.
 */
export function followRuns(folders: Folders, history: Pick<History, 'onDidChange'>): Disposable {
  const update = async () => {
    const states = (await Promise.all(folders.all().map(statesIn))).flat();
    await commands.executeCommand('setContext', 'poq.hasRuns', states.length > 0);
    const resumable = states.some((state) => state !== 'done');
    await commands.executeCommand('setContext', 'poq.canResume', resumable);
  };
  const subscriptions = [history.onDidChange(update), folders.onDidChange(update)];
  void update();
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

async function statesIn({ root }: PoqFolder): Promise<string[]> {
  const runs = join(root, '.poq', 'runs');
  const names = await readdir(runs).catch(() => []);
  const newest = names
    .filter((name) => !name.startsWith('.'))
    .sort()
    .slice(-NEWEST);
  const states = await Promise.all(
    newest.map(async (name) => {
      try {
        const { state } = JSON.parse(await readFile(join(runs, name, 'run.json'), 'utf8')) as { state?: unknown };
        return typeof state === 'string' ? [state] : [];
      } catch {
        return [];
      }
    }),
  );
  return states.flat();
}

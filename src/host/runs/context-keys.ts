import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commands, type Disposable, workspace } from 'vscode';
import { isLocked } from '../../node/store/lock.ts';
import type { Folders, History, PoqFolder } from '../ports.ts';

/** Nothing is written when a process dies: a run that somebody writes is looked at again after so many milliseconds. */
const AGAIN_MS = 1000;
/** Runs that are looked at for one that could be resumed. */
const NEWEST = 30;

/**
 * Keeps the context keys `poq.hasRuns` and `poq.canResume` right, which say what commands are in the palette. Reads
 * folders directly: for that no process has to be started.
 */
export function followRuns(folders: Folders, history: Pick<History, 'onDidChange'>): Disposable {
  /** Workspace folders, and those of files that are open without one. */
  const known = new Map<string, PoqFolder>();
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;
  const update = async () => {
    clearTimeout(timer);
    const all = new Map([...known, ...folders.all().map((folder) => [folder.root, folder] as const)]);
    const runs = (await Promise.all([...all.values()].map(runsIn))).flat();
    await commands.executeCommand('setContext', 'poq.hasRuns', runs.length > 0);
    const written = runs.filter(({ state, path }) => state === 'running' && isWritten(path));
    const resumable = runs.some((run) => run.state !== 'done' && !written.includes(run));
    await commands.executeCommand('setContext', 'poq.canResume', resumable);
    clearTimeout(timer);
    if (written.length > 0 && !disposed) timer = setTimeout(() => void update(), AGAIN_MS);
  };
  const subscriptions = [
    history.onDidChange((folder) => {
      if (!workspace.getWorkspaceFolder(folder.uri)) known.set(folder.root, folder);
      return update();
    }),
    folders.onDidChange(update),
  ];
  void update();
  return {
    dispose: () => {
      disposed = true;
      clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

const isWritten = (path: string) => isLocked(join(path, 'lock'));

async function runsIn({ root }: PoqFolder): Promise<{ path: string; state: string }[]> {
  const runs = join(root, '.poq', 'runs');
  const names = await readdir(runs).catch(() => []);
  const newest = names
    .filter((name) => !name.startsWith('.'))
    .sort()
    .slice(-NEWEST);
  const found = await Promise.all(
    newest.map(async (name) => {
      const path = join(runs, name);
      try {
        const { state } = JSON.parse(await readFile(join(path, 'run.json'), 'utf8')) as { state?: unknown };
        return typeof state === 'string' ? [{ path, state }] : [];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

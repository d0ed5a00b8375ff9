import type { Disposable, Event } from 'vscode';
import type { ReaderHostApi } from '../../protocol/reader.ts';
import type { Reader } from '../ports.ts';

export type RunChange = Parameters<ReaderHostApi['onRunChanged']>[0];

/** Tells of changes of run folders. Several may watch one run. */
export interface RunWatch {
  watch(path: string, listener: (change: RunChange) => void): Disposable;
}

/** @param changes what the read worker tells through `onRunChanged` */
export function createRunWatch(
  reader: Pick<Reader, 'watchRun' | 'unwatchRun'>,
  changes: Event<RunChange>,
): RunWatch & Disposable {
  const listeners = new Map<string, Set<(change: RunChange) => void>>();
  const tell = (change: RunChange) => {
    for (const listener of listeners.get(change.path) ?? []) listener(change);
  };
  const subscription = changes(tell);
  return {
    watch: (path, listener) => {
      // A function of its own, so that one listener may watch a run twice.
      const own = (change: RunChange) => listener(change);
      const others = listeners.get(path);
      if (others) others.add(own);
      else {
        listeners.set(path, new Set([own]));
        reader.watchRun(path).catch(() => tell({ path, done: 0, total: 0, state: 'gone' }));
      }
      return {
        dispose: () => {
          const all = listeners.get(path);
          if (!all?.delete(own) || all.size > 0) return;
          listeners.delete(path);
          reader.unwatchRun(path).catch(() => {});
        },
      };
    },
    dispose: () => {
      subscription.dispose();
      for (const path of listeners.keys()) reader.unwatchRun(path).catch(() => {});
      listeners.clear();
    },
  };
}

import type { Disposable, Memento } from 'vscode';
import type { RunScope } from '../../protocol/engine.ts';
import type { Runs } from '../ports.ts';

/** What earlier runs were asked to do, so that they can be done again. */
export interface ScopeMemory {
  /** Null where the run was not started by the editor, or long ago. */
  of(path: string): RunScope | null;
}

const KEY = 'poq.scopes';
const KEPT = 100;

/** @param store of the workspace */
export function createScopeMemory(store: Memento, runs: Pick<Runs, 'onDidChange'>): ScopeMemory & Disposable {
  let scopes = new Map(store.get<[string, RunScope][]>(KEY, []));
  const subscription = runs.onDidChange(({ run, scope, isResumed }) => {
    // A run that is resumed keeps the scope that it was started with, also where that is not known.
    if (run === null || isResumed || scopes.has(run.path)) return;
    scopes = new Map([...scopes, [run.path, scope] as const].slice(-KEPT));
    void store.update(KEY, [...scopes]);
  });
  return { of: (path) => scopes.get(path) ?? null, dispose: () => subscription.dispose() };
}

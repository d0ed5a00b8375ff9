import { Disposable } from 'vscode';
import type { PlaceNames } from '../../protocol/engine.ts';
import type { Configs, Folders, History, Reader, Runs } from '../ports.ts';
import type { Keys } from '../workspace/secrets.ts';
import { NodeStates } from './node-states.ts';
import { createNodesView, type NodeRow } from './nodes-view.ts';
import { registerRunsView } from './runs-view.ts';
import { Refresher } from './tree.ts';

export interface ViewsDeps {
  folders: Folders;
  configs: Configs;
  keys: Keys;
  reader: Reader;
  runs: Runs;
  history: History;
  places(): PlaceNames;
}

const REFRESH_MS = 300;

/** The views of the container: runs, models, evaluators. Nothing is read before one of them is looked at. */
export function registerViews(deps: ViewsDeps): Disposable {
  const { folders, configs, runs } = deps;
  const states = new NodeStates(deps);
  const refresher = new Refresher<NodeRow>(REFRESH_MS);
  const changed = () => {
    states.forget();
    refresher.refresh();
  };
  const shared = { folders, states, refresher };
  return Disposable.from(
    ...registerRunsView(deps),
    refresher,
    createNodesView('model', shared),
    createNodesView('evaluator', shared),
    folders.onDidChange(changed),
    configs.onDidChange(changed),
    // A run tells where its models were loaded, and may have downloaded some.
    runs.onDidEnd(changed),
  );
}

import { commands, env, l10n, type TreeDataProvider, TreeItemCollapsibleState, window } from 'vscode';
import type { PanelRun } from '../../protocol/panel.ts';
import type { Configs, Folders, History, PoqFolder, RunRef, Runs } from '../ports.ts';
import { runRow } from './run-row.ts';
import { Refresher, treeItem } from './tree.ts';

export interface RunsViewDeps {
  folders: Folders;
  configs: Configs;
  runs: Runs;
  history: History;
}

/** Commands of the menus get the row: it holds the run. */
interface RunNode {
  type: 'run';
  run: RunRef;
  listed: PanelRun;
}

type Node = RunNode | { type: 'folder'; folder: PoqFolder };

const REFRESH_MS = 400;

/** The stored runs, newest first, by folder where there are several. Read when the view is looked at. */
export function registerRunsView({ folders, configs, runs, history }: RunsViewDeps) {
  const refresher = new Refresher<Node>(REFRESH_MS);
  /** The rows that are shown, by the run's path. */
  let shown = new Map<string, RunNode>();
  const nodesOf = async (listed: PanelRun[]): Promise<Node[]> => {
    const nodes = await Promise.all(
      listed.map(async (run) => ({ type: 'run' as const, run: await history.find(run.key), listed: run })),
    );
    const found = nodes.filter((node): node is RunNode => node.run !== undefined);
    shown = new Map([...shown, ...found.map((node) => [node.run.path, node] as const)]);
    return found;
  };
  /** Decides which words stand in the empty view. */
  const setWelcome = async () => {
    const found = await Promise.all(folders.all().map((folder) => configs.of(folder)));
    await commands.executeCommand(
      'setContext',
      'poq.hasConfig',
      found.some(({ file }) => file !== null),
    );
  };
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: refresher.event,
    getChildren: async (parent) => {
      if (parent?.type === 'folder') return nodesOf(await history.list(parent.folder));
      if (parent) return [];
      shown = new Map();
      const all = await history.all();
      await setWelcome();
      const several = folders.all();
      if (all.length === 0 || several.length < 2) return nodesOf(all);
      return several.map((folder) => ({ type: 'folder', folder }));
    },
    getTreeItem: (node) => (node.type === 'folder' ? folderItem(node.folder) : runItem(node)),
  };
  const folderItem = ({ name, root }: PoqFolder) =>
    treeItem(
      root,
      { label: name, description: '', tooltip: [root], icon: 'root-folder', context: 'folder', speech: name },
      TreeItemCollapsibleState.Expanded,
    );
  const runItem = ({ listed, run }: RunNode) => {
    const active = runs.active.find((other) => other.run?.path === run.path);
    const item = treeItem(listed.key, runRow(listed, active?.progress ?? null, env.language));
    item.command = { command: 'poq.openResults', title: l10n.t('Open Results'), arguments: [run] };
    return item;
  };
  const refresh = () => refresher.refresh();
  return [
    refresher,
    window.createTreeView('poq.runs', { treeDataProvider: provider }),
    history.onDidChange(refresh),
    folders.onDidChange(refresh),
    configs.onDidChange(refresh),
    runs.onDidChange(({ run }) => {
      const row = run && shown.get(run.path);
      if (row) refresher.refresh(row);
    }),
  ];
}

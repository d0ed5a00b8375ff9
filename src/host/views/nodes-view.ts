import { l10n, Range, type TreeDataProvider, type TreeItem, TreeItemCollapsibleState, window } from 'vscode';
import type { NodeState } from '../../protocol/reader.ts';
import type { Folders, PoqFolder } from '../ports.ts';
import { CONFIG_NAME } from '../workspace/configs.ts';
import { fileIn } from '../workspace/folders.ts';
import { nodeRow } from './node-row.ts';
import type { FolderNodes, NodeStates } from './node-states.ts';
import { type Refresher, treeItem } from './tree.ts';

/** An element of the models' and of the evaluators' view. */
export type NodeRow =
  | { type: 'folder'; folder: PoqFolder }
  | { type: 'problem'; folder: PoqFolder; problem: NonNullable<FolderNodes['problem']> }
  | { type: 'node'; folder: PoqFolder; node: NodeState; builtIn: boolean };

/** The models or the evaluators of the config, by folder where there are several. Read when the view is looked at. */
export function createNodesView(
  role: NodeState['role'],
  { folders, states, refresher }: { folders: Folders; states: NodeStates; refresher: Refresher<NodeRow> },
) {
  const inFolder = async (folder: PoqFolder): Promise<NodeRow[]> => {
    const { nodes, builtIn, problem } = await states.of(folder);
    if (problem) return [{ type: 'problem', folder, problem }];
    return nodes.filter((node) => node.role === role).map((node) => ({ type: 'node', folder, node, builtIn }));
  };
  const provider: TreeDataProvider<NodeRow> = {
    onDidChangeTreeData: refresher.event,
    getChildren: async (parent) => {
      if (parent) return parent.type === 'folder' ? inFolder(parent.folder) : [];
      const all = folders.all();
      if (all.length < 2) return (await Promise.all(all.map(inFolder))).flat();
      return all.map((folder) => ({ type: 'folder', folder }));
    },
    getTreeItem: (element) => {
      if (element.type === 'folder') return folderItem(element.folder);
      return element.type === 'problem' ? problemItem(element) : nodeItem(element);
    },
  };
  return window.createTreeView(role === 'model' ? 'poq.models' : 'poq.evaluators', { treeDataProvider: provider });
}

function folderItem({ name, root }: PoqFolder): TreeItem {
  const row = { label: name, description: '', tooltip: [root], icon: 'root-folder', context: 'folder', speech: name };
  return treeItem(root, row, TreeItemCollapsibleState.Expanded);
}

function problemItem({ folder, problem }: Extract<NodeRow, { type: 'problem' }>): TreeItem {
  const label = l10n.t('{0} has errors', CONFIG_NAME);
  const speech = `${label}: ${problem.message}`;
  const look = { icon: 'error', color: 'list.errorForeground', context: 'problem' };
  const item = treeItem(`${folder.root}!`, {
    label,
    description: problem.message,
    tooltip: [problem.message],
    speech,
    ...look,
  });
  item.command = openConfig(folder, problem.line);
  return item;
}

function nodeItem({ folder, node, builtIn }: Extract<NodeRow, { type: 'node' }>): TreeItem {
  const row = nodeRow(node);
  if (builtIn) row.tooltip.push(l10n.t('Bundled: it stands in because the folder has no {0}.', CONFIG_NAME));
  const item = treeItem(`${folder.root}#${node.id}`, row);
  if (!builtIn) item.command = openConfig(folder, undefined);
  return item;
}

function openConfig(folder: PoqFolder, line: number | undefined) {
  const selection = line === undefined ? undefined : new Range(line - 1, 0, line - 1, 0);
  const title = l10n.t('Open Config');
  return { command: 'vscode.open', title, arguments: [fileIn(folder, CONFIG_NAME), { selection, preview: true }] };
}

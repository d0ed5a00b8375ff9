import { basename, dirname, relative, sep } from 'node:path';
import { type Disposable, EventEmitter, l10n, Uri, type WorkspaceFolder, window, workspace } from 'vscode';
import type { Folders, PoqFolder } from '../ports.ts';

/** The workspace folders, and stand-ins for files that are open without one. */
export function createFolders(): Folders & Disposable {
  const changed = new EventEmitter<void>();
  const subscriptions = [
    changed,
    workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
  ];
  const all = () => {
    const workspaceFolders = workspace.workspaceFolders ?? [];
    return workspaceFolders.map((folder) => folderAt(folder.uri, distinctName(folder, workspaceFolders)));
  };
  const of = (file: Uri) => {
    const found = workspace.getWorkspaceFolder(file);
    if (found) return folderAt(found.uri, distinctName(found, workspace.workspaceFolders ?? []));
    const parent = file.with({ path: dirname(file.path) });
    return folderAt(parent, basename(parent.path));
  };
  return {
    all,
    of,
    pathOf: (file) => {
      if (!isOnDisk(file)) return null;
      return relative(of(file).root, file.fsPath).split(sep).join('/');
    },
    pick: async () => {
      const folders = all();
      if (folders.length < 2) return folders[0];
      const active = window.activeTextEditor && workspace.getWorkspaceFolder(window.activeTextEditor.document.uri);
      const items = folders
        .map((folder) => ({ label: folder.name, description: folder.root, folder }))
        .sort((a, b) => Number(isSame(b.folder, active)) - Number(isSame(a.folder, active)));
      const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Which workspace folder?') });
      return chosen?.folder;
    },
    onDidChange: changed.event,
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** The folder's name; with where it lies where another one has the same. */
function distinctName({ name, uri }: WorkspaceFolder, all: readonly WorkspaceFolder[]): string {
  const others = all.filter((other) => other.name === name && other.uri.toString() !== uri.toString());
  if (others.length === 0) return name;
  const parent = (of: Uri) => basename(dirname(of.path));
  const tells = parent(uri) !== '' && others.every((other) => parent(other.uri) !== parent(uri));
  return `${name} (${tells ? parent(uri) : uri.fsPath})`;
}

function folderAt(uri: Uri, name: string): PoqFolder {
  return { name, uri, root: uri.fsPath };
}

function isSame(folder: PoqFolder, other: { uri: Uri } | undefined): boolean {
  return other !== undefined && folder.uri.toString() === other.uri.toString();
}

/** On the disk of the machine that the extension runs on. A remote window's files are `file` there. */
export function isOnDisk(uri: Uri): boolean {
  return uri.scheme === 'file' || uri.scheme === 'vscode-remote';
}

export function fileIn(folder: PoqFolder, path: string): Uri {
  return Uri.joinPath(folder.uri, ...path.split('/'));
}

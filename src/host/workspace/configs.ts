import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Disposable, EventEmitter, type Uri, workspace } from 'vscode';
import type { Configs, FolderConfig, Folders, PoqFolder } from '../ports.ts';

export const CONFIG_NAME = 'poq.config.json';

/** The saved configs of the workspace folders, read when they are asked for and after they changed. */
export function createConfigs(folders: Folders): Configs & Disposable & { touch(folder: PoqFolder): void } {
  const changed = new EventEmitter<PoqFolder>();
  const known = new Map<string, Promise<FolderConfig>>();
  const watcher = workspace.createFileSystemWatcher(`**/${CONFIG_NAME}`);
  const forget = (folder: PoqFolder) => {
    known.delete(folder.root);
    changed.fire(folder);
  };
  const onFile = (file: Uri) => {
    const folder = folders.of(file);
    // Configs deeper down belong to nobody: a workspace folder has the one at its top.
    if (folders.pathOf(file) === CONFIG_NAME) forget(folder);
  };
  const subscriptions = [
    changed,
    watcher,
    watcher.onDidChange(onFile),
    watcher.onDidCreate(onFile),
    watcher.onDidDelete(onFile),
    // The watcher tells a moment later: a run that saves the config itself must not read the one before.
    workspace.onDidSaveTextDocument(({ uri }) => onFile(uri)),
    folders.onDidChange(() => known.clear()),
  ];
  return {
    of: (folder) => {
      let config = known.get(folder.root);
      if (!config) {
        config = readConfig(folder);
        // A folder without a workspace is not watched: it is read anew each time.
        if (workspace.getWorkspaceFolder(folder.uri)) known.set(folder.root, config);
      }
      return config;
    },
    onDidChange: changed.event,
    touch: forget,
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

async function readConfig({ root }: PoqFolder): Promise<FolderConfig> {
  const file = join(root, CONFIG_NAME);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      const { builtInConfig } = await import('../../core/built-in-config.ts');
      return { file: null, config: builtInConfig(), problems: [] };
    }
    const message = code === undefined ? 'It is not UTF-8: save it as UTF-8.' : `It cannot be read (${code}).`;
    return { file, config: null, problems: [{ message }] };
  }
  const { parseConfig } = await import('../../core/config-parse.ts');
  const { config, diagnostics } = parseConfig(text, CONFIG_NAME);
  return { file, config, problems: diagnostics.map(({ message, line }) => ({ message, line })) };
}

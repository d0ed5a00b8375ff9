import { join } from 'node:path';
import { type Disposable, EventEmitter, RelativePattern, workspace } from 'vscode';
import type { PanelRun } from '../../protocol/panel.ts';
import type { StoredRun } from '../../protocol/reader.ts';
import type { ActiveRun, Folders, History, PoqFolder, Reader, RunRef, Runs } from '../ports.ts';
import { readBaseline, writeBaseline } from './baseline.ts';
import { runKey } from './run-key.ts';

/** Changes of run folders come in bursts. */
const SETTLE_MS = 300;
/** Nothing is written when a process dies: a run that another one executes is looked at again after so long. */
const AGAIN_MS = 2000;

/** The runs on the disk, of this window and of others. */
export function createHistory(folders: Folders, reader: Reader, runs: Runs): History & Disposable {
  const changed = new EventEmitter<PoqFolder>();
  const timers = new Map<string, NodeJS.Timeout>();
  /** Keys that were given out, with their runs. */
  const refs = new Map<string, RunRef>();
  /** Folders of files without a workspace, in which runs were made or asked for. */
  const further = new Map<string, PoqFolder>();
  const watchers = new Map<string, Disposable>();
  let disposed = false;

  const tell = (folder: PoqFolder) => {
    if (disposed || timers.has(folder.root)) return;
    const timer = setTimeout(() => {
      timers.delete(folder.root);
      changed.fire(folder);
    }, SETTLE_MS);
    timers.set(folder.root, timer);
  };
  const watch = (folder: PoqFolder) => {
    if (watchers.has(folder.root)) return;
    const pattern = new RelativePattern(folder.uri, '.poq/{runs/*,runs/*/run.json,baseline.json}');
    const watcher = workspace.createFileSystemWatcher(pattern);
    const onFile = () => tell(folder);
    watcher.onDidChange(onFile);
    watcher.onDidCreate(onFile);
    watcher.onDidDelete(onFile);
    watchers.set(folder.root, watcher);
  };
  const known = () => {
    const all = folders.all();
    return [...all, ...[...further.values()].filter((f) => !all.some((other) => other.root === f.root))];
  };
  /** Runs of this window that were told of. How far one is, is nothing that the list of runs has to be read again for. */
  const told = new WeakSet<ActiveRun>();
  const subscriptions = [
    changed,
    runs.onDidChange((active) => {
      if (active.run === null || told.has(active)) return;
      told.add(active);
      tell(active.folder);
    }),
    runs.onDidEnd(({ folder }) => tell(folder)),
  ];

  const isActive = (path: string) => runs.active.some(({ run }) => run?.path === path);
  const goesOnElsewhere = ({ state, path }: StoredRun) => state === 'running' && !isActive(path);
  const looks = new Map<string, NodeJS.Timeout>();
  /** Tells when one of the runs that somebody else executes is over without a word. */
  const lookAgain = (folder: PoqFolder, going: readonly StoredRun[]) => {
    clearTimeout(looks.get(folder.root));
    looks.delete(folder.root);
    if (going.length === 0 || disposed) return;
    const look = async () => {
      const now = await reader.listRuns(folder.root).catch(() => null);
      const left = now?.filter((run) => goesOnElsewhere(run) && going.some(({ path }) => path === run.path)) ?? going;
      if (left.length < going.length) tell(folder);
      else lookAgain(folder, going);
    };
    looks.set(
      folder.root,
      setTimeout(() => void look(), AGAIN_MS),
    );
  };

  const list = async (folder: PoqFolder): Promise<PanelRun[]> => {
    watch(folder);
    if (!workspace.getWorkspaceFolder(folder.uri)) further.set(folder.root, folder);
    const stored = await reader.listRuns(folder.root);
    const baseline = readBaseline(folder.root);
    lookAgain(folder, stored.filter(goesOnElsewhere));
    return stored.map((run) => {
      const ref: RunRef = { folder, id: run.id, path: run.path };
      const key = runKey(folder.root, run.id);
      refs.set(key, ref);
      return describe(run, ref, key, baseline === run.id);
    });
  };
  const describe = ({ path, ...run }: StoredRun, { folder }: RunRef, key: string, isBaseline: boolean): PanelRun => {
    const active = isActive(path);
    const canResume = !active && (run.state === 'cancelled' || run.state === 'interrupted' || run.state === 'failed');
    return { ...run, key, folder: folder.name, isBaseline, active, canResume };
  };
  const all = async () => {
    const lists = await Promise.all(known().map(list));
    return lists.flat().sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
  };

  return {
    list,
    all,
    find: async (key) => {
      // After a reload of the window the webview remembers keys that this host has not given out yet.
      if (!refs.has(key)) await all();
      return refs.get(key);
    },
    keyOf: ({ folder, id, path }) => {
      const key = runKey(folder.root, id);
      refs.set(key, { folder, id, path });
      return key;
    },
    baseline: (folder) => {
      const id = readBaseline(folder.root);
      return id === null ? null : { folder, id, path: join(folder.root, '.poq', 'runs', id) };
    },
    setBaseline: async (folder, run) => {
      writeBaseline(folder.root, run?.id ?? null);
      changed.fire(folder);
    },
    onDidChange: changed.event,
    dispose: () => {
      disposed = true;
      for (const timer of [...timers.values(), ...looks.values()]) clearTimeout(timer);
      for (const subscription of [...subscriptions, ...watchers.values()]) subscription.dispose();
    },
  };
}

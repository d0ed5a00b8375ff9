import type { RunScope } from '../../protocol/engine.ts';

/** What an item of the Testing view stands for. */
export type Target =
  | { kind: 'folder'; root: string }
  | { kind: 'file'; root: string; path: string }
  | { kind: 'sample'; root: string; path: string; id: string };

/** The prompt files of a folder, with the ids of their samples. */
export interface FolderFiles {
  root: string;
  files: readonly { path: string; samples: readonly string[]; found: boolean }[];
}

/** What to run in one folder. */
export interface Selection {
  root: string;
  scope: RunScope;
  /** Ids of the chosen samples by file, in the files' order. */
  chosen: Map<string, string[]>;
}

/**
 * What a request of the Testing view asks to run, folder by folder.
 * @param include everything when absent
 */
export function selectionsOf(
  include: readonly Target[] | undefined,
  exclude: readonly Target[],
  folders: readonly FolderFiles[],
): Selection[] {
  return folders.flatMap((folder) => {
    const chosen = new Map<string, string[]>();
    const takes = picker(include, folder.root);
    const leaves = picker(exclude, folder.root);
    let whole = true;
    let partly = false;
    for (const { path, samples, found } of folder.files) {
      const taken = samples.filter((id) => (include === undefined || takes(path, id)) && !leaves(path, id));
      if (taken.length > 0) chosen.set(path, taken);
      if (taken.length < samples.length) {
        whole = false;
        partly ||= taken.length > 0;
      }
      // The config's patterns do not name it: it is only run by name.
      if (!found) whole = false;
    }
    if (chosen.size === 0) return [];
    const files = [...chosen.keys()];
    const scope = whole ? {} : partly ? { files, samples: [...chosen.values()].flat() } : { files };
    return { root: folder.root, scope, chosen };
  });
}

/** Whether a sample lies under one of the targets. */
function picker(targets: readonly Target[] | undefined, root: string): (path: string, id: string) => boolean {
  const here = (targets ?? []).filter((target) => target.root === root);
  const all = here.some(({ kind }) => kind === 'folder');
  const files = new Set(here.flatMap((target) => (target.kind === 'file' ? target.path : [])));
  const samples = new Set(
    here.flatMap((target) => (target.kind === 'sample' ? JSON.stringify([target.path, target.id]) : [])),
  );
  return (path, id) => all || files.has(path) || (samples.size > 0 && samples.has(JSON.stringify([path, id])));
}

import { realpath as realpathCallback, statSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { escapePath, glob } from 'tinyglobby';
import type { Config, PromptFormat } from '../core/config.ts';
import type { Diagnostic } from '../core/types.ts';

/** Folders that hold no prompt files of the user's. */
const IGNORED = ['**/node_modules/**', '**/.poq/**', '**/.git/**'];

export interface PromptFile {
  /** Relative to the workspace, with forward slashes. */
  path: string;
  format?: PromptFormat;
  task?: string;
  tags?: string[];
}

/**
 * The files of every entry, in the entries' order, each file once, by the first entry that names it. A file that can
 * be reached by links too goes by its own name. Links that lead outside the workspace are refused.
 * @param root the workspace, without links in its path
 */
export async function findPromptFiles(
  root: string,
  entries: Config['prompts'],
  report: (diagnostic: Diagnostic) => void,
): Promise<PromptFile[]> {
  const found: PromptFile[] = [];
  /** The files themselves, and links that were refused, without links in their paths. */
  const known = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const { glob: pattern, ...rest } = typeof entry === 'string' ? { glob: entry } : entry;
    const { paths, refused } = await match(root, pattern);
    if (paths.length === 0 && refused.length === 0)
      report({ severity: 'warning', message: `prompts[${index}]: "${pattern}" matches no file in ${root}` });
    const refuse = (path: string) => {
      if (!known.has(path)) report({ severity: 'error', file: path, message: OUTSIDE });
      known.add(path);
    };
    refused.forEach(refuse);
    const files = await Promise.all(paths.map(async (path) => ({ path, real: await realOrNull(join(root, path)) })));
    const names = shortestNames(root, files);
    for (const { path, real } of files) {
      if (real === null) report({ severity: 'error', file: path, message: 'cannot be read: the link leads nowhere' });
      else if (!isInside(root, real)) refuse(path);
      else if (!known.has(real) && names.get(real) === path) {
        known.add(real);
        found.push({ path, ...rest });
      }
    }
  }
  return found;
}

/**
 * Certain files, by their paths: with format, task and tags of the entry that names them, where one does.
 * @param chosen relative to the root, forward slashes
 */
export async function choosePromptFiles(
  root: string,
  entries: Config['prompts'],
  chosen: readonly string[],
  report: (diagnostic: Diagnostic) => void,
): Promise<PromptFile[]> {
  // Patterns alone add nothing to a file; the whole workspace is searched only where an entry may say more.
  const telling = entries.findLastIndex((entry) => typeof entry !== 'string');
  // What is wrong with other files is not asked for here.
  const listed = await findPromptFiles(root, entries.slice(0, telling + 1), () => {});
  const found = new Map<string, PromptFile>();
  for (const path of chosen) {
    const real = await realOrNull(join(root, path));
    const error = (message: string) => report({ severity: 'error', file: path, message });
    if (real === null) error('there is no such file');
    else if (!isInside(root, real)) error(OUTSIDE);
    else if (!(await stat(real)).isFile()) error('is not a file');
    else {
      const own = relative(root, real).replaceAll('\\', '/');
      found.set(own, listed.find((file) => file.path === own) ?? { path: own });
    }
  }
  return [...found.values()];
}

const OUTSIDE = 'a link that leads outside the workspace: refused';

const realOrNull = (path: string) => realpath(path).catch(() => null);

/** By which of its paths each file goes: the one without links where that is among them, else the shortest. */
function shortestNames(root: string, files: { path: string; real: string | null }[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { path, real } of files) {
    if (real === null) continue;
    const name = names.get(real);
    if (real === join(root, path)) names.set(real, path);
    else if (name === undefined || (real !== join(root, name) && path.length < name.length)) names.set(real, path);
  }
  return names;
}

/**
 * Paths that a pattern matches, sorted, and linked folders outside the workspace, which are not looked into. A name
 * that exists as it is written is that file, whatever it holds.
 */
async function match(root: string, pattern: string): Promise<{ paths: string[]; refused: string[] }> {
  const path = pattern.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  const way = await outsideLink(root, path);
  if (way !== null) return { paths: [], refused: [way] };
  const exists = await stat(join(root, path)).then(
    (s) => (s.isFile() ? 'file' : 'folder'),
    () => null,
  );
  // A literal name may hold characters that are special in patterns, such as brackets.
  const query = exists === null ? path : exists === 'file' ? escapePath(path) : `${escapePath(path)}/**`;
  const refused: string[] = [];
  const paths = await glob([query], {
    cwd: root,
    ignore: IGNORED,
    expandDirectories: false,
    followSymbolicLinks: true,
    fs: { realpath: stayInside(root, refused) },
  });
  return { paths: paths.map((p) => p.replaceAll('\\', '/')).sort(byCodeUnits), refused: refused.sort(byCodeUnits) };
}

/** The first part of a path that is a link out of the workspace, as far as the path exists; null where there is none. */
async function outsideLink(root: string, path: string): Promise<string | null> {
  const parts = path.split('/');
  for (let n = 1; n <= parts.length; n++) {
    const part = parts.slice(0, n).join('/');
    const real = await realOrNull(join(root, part));
    if (real === null) return null;
    if (!isInside(root, real)) return part;
  }
  return null;
}

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** `fs.realpath` for the search, which asks it about every link: a folder outside is noted and not entered. */
function stayInside(root: string, refused: string[]): typeof realpathCallback {
  const resolve = (path: string, done: (error: Error | null, resolved: string) => void) =>
    realpathCallback.native(path, (error, resolved) => {
      if (error || isInside(root, resolved) || !statSync(resolved, { throwIfNoEntry: false })?.isDirectory())
        return done(error, resolved);
      refused.push(relative(root, path).replaceAll('\\', '/'));
      done(new Error(OUTSIDE), resolved);
    });
  return resolve as typeof realpathCallback;
}

export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { l10n } from 'vscode';
import type { Reader } from '../ports.ts';

/**
 * The absolute path of a file that a stored run names. Run folders come with the workspace, so what they name is kept
 * inside it, links followed.
 * @param file relative to the root, forward slashes
 * @throws Error for the user: outside, or gone
 */
export async function fileInside(root: string, file: string): Promise<string> {
  const path = resolve(root, file);
  const outside = () => new Error(l10n.t('{0} lies outside the workspace folder, so it is not opened.', file));
  if (!isInside(root, path)) throw outside();
  const [realRoot, real] = await Promise.all([realpath(root), realpath(path)]).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw new Error(l10n.t('{0} is gone: it was moved or deleted since the run.', file));
    throw new Error(l10n.t('{0} cannot be read ({1}).', file, error.code ?? error.message));
  });
  if (!isInside(realRoot, real)) throw outside();
  return path;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export interface SamplePlace {
  /** From 1; null where the file does not tell. */
  line: number | null;
  /** What has become of the sample since the run; null where all is as it was. */
  note: string | null;
}

/** Where a sample stands in the present text of its file. */
export async function placeOfSample(
  reader: Pick<Reader, 'readPrompts'>,
  order: { root: string; path: string; text: string; sample: string; line: number | undefined },
): Promise<SamplePlace> {
  const { root, path, text, sample, line } = order;
  const stored = line ?? null;
  const { format, samples } = await reader.readPrompts({ root, path, text, format: null });
  // Only the config says how such a file is read, so nothing can be said against the line of the run.
  if (format === null) return { line: stored, note: null };
  const found = samples.find(({ id }) => id === sample);
  if (found) return { line: found.source.line ?? stored, note: null };
  return { line: stored, note: l10n.t('{0} holds no sample "{1}" any more. This is where it stood.', path, sample) };
}

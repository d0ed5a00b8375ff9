import type { PromptFormat } from '../config.ts';
import type { Diagnostic } from '../types.ts';

export type Report = (diagnostic: Diagnostic) => void;

/** The environment variables that the config lists under `env`: name to value, undefined where it is not set. */
export type EnvAccess = ReadonlyMap<string, string | undefined>;

/** One prompt file, and what may be asked of the outside while it is read. */
export interface PromptInput {
  /** Relative to the config's folder, with forward slashes. */
  path: string;
  /** The text in pieces of any size. Broken bytes are marked with `BROKEN_TEXT`. */
  chunks: AsyncIterable<string>;
  /** Chosen by name and content when absent. */
  format?: PromptFormat;
  /** The task of samples that name none themselves. */
  task?: string | null;
  tags?: string[];
  env: EnvAccess;
  /** Text of another file of the workspace, by its path relative to the config's folder. */
  readRelated?: (path: string) => Promise<string>;
}

/** What every reader gets: the file's place, its defaults, and how to tell the user what is wrong. */
export interface ReadContext {
  path: string;
  task: string | null;
  tags: string[];
  error(line: number | undefined, message: string, file?: string): void;
  warn(line: number | undefined, message: string, file?: string): void;
  note(line: number | undefined, message: string, file?: string): void;
  /** Text of a file named relative to this one. Throws an Error that says why not. */
  related(relative: string): Promise<{ path: string; text: string }>;
}

export function makeContext(input: PromptInput, report: Report): ReadContext {
  const tell = (severity: Diagnostic['severity']) => (line: number | undefined, message: string, file?: string) =>
    report({ severity, message, file: file ?? input.path, ...(line === undefined ? {} : { line }) });
  return {
    path: input.path,
    task: input.task ?? null,
    tags: input.tags ?? [],
    error: tell('error'),
    warn: tell('warning'),
    note: tell('info'),
    async related(relative) {
      const path = besides(input.path, relative);
      if (path === null) throw new Error(`"${relative}" leads outside the workspace: refused`);
      if (!input.readRelated) throw new Error(`"${relative}" cannot be read here`);
      return { path, text: withoutBom(await input.readRelated(path)) };
    },
  };
}

/** `relative` seen from the folder of `from`; null when it is absolute or climbs out of the workspace. */
function besides(from: string, relative: string): string | null {
  const target = relative.replaceAll('\\', '/');
  if (target.startsWith('/') || /^[A-Za-z]:/.test(target)) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length > 0 ? parts.join('/') : null;
}

export function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

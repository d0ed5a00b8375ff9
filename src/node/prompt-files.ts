import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../core/config.ts';
import { BROKEN_TEXT, detectFormat, type EnvAccess, type PromptInput, readSamples } from '../core/prompts/index.ts';
import type { Diagnostic, Sample } from '../core/types.ts';
import { InputError } from './errors.ts';
import { choosePromptFiles, findPromptFiles, isInside, type PromptFile } from './prompt-file-search.ts';

type Report = (diagnostic: Diagnostic) => void;
type Env = (name: string) => string | undefined;

/** Which prompt files of a workspace to read, and with what. */
export interface PromptFilesOptions {
  /** Values for the names that the config lists under `env`; the process's environment by default. */
  env?: Env;
  /** These files alone, relative to the root, whether the config's `prompts` name them or not. */
  files?: readonly string[];
}

/** Files that a prompt file names (a text, a table of tests) are read whole. */
const MAX_RELATED = 64 * 1024 * 1024;
/** So many diagnostics of one file are told one by one. */
const MOST_TOLD = 100;

/** A sample, and the prompt file that asks for it; a promptfoo config's samples may stand in another file. */
export interface FoundSample {
  file: string;
  sample: Sample;
}

/**
 * The samples of every prompt file of a workspace: entries in the config's order, files sorted by path, each file
 * once. What cannot be read is reported and skipped.
 * @throws InputError at the end, when two samples have the same id: it names both places
 */
export async function* openPromptFiles(
  workspace: { root: string; config: Pick<Config, 'prompts' | 'env'> },
  report: Report,
  { env = (name) => process.env[name], files: chosen }: PromptFilesOptions = {},
): AsyncGenerator<FoundSample, void, undefined> {
  const root = await realpath(workspace.root);
  const listed: EnvAccess = new Map(workspace.config.env.map((name) => [name, env(name)]));
  const { prompts } = workspace.config;
  const files = chosen
    ? await choosePromptFiles(root, prompts, chosen, report)
    : await findPromptFiles(root, prompts, report);
  const related = await relatedFiles(root, files, listed);
  const ids = new Ids();
  for (const file of files) {
    // A table of tests that a promptfoo config reads is not a prompt file of its own.
    if (related.has(file.path) && file.format === undefined) continue;
    const told = limited(report, file.path);
    for await (const sample of samplesOf(root, file, listed, told.report)) {
      if (ids.take(sample)) yield { file: file.path, sample };
    }
    told.close();
  }
  if (ids.doubles.length > 0) throw new InputError(ids.doubles);
}

/**
 * The samples in a text that an editor holds. What a run would refuse is reported.
 * @param file its path, relative to the root, and how to read it
 * @param env names that prompts may read from the environment; null: any, and none is looked up
 */
export async function* readPromptText(
  folder: string,
  file: PromptFile,
  text: string,
  env: readonly string[] | null,
  report: Report,
): AsyncGenerator<Sample, void, undefined> {
  const root = await realpath(folder);
  const access: EnvAccess = env === null ? ANY_NAME : new Map(env.map((name) => [name, process.env[name]]));
  const told = limited(report, file.path);
  const ids = new Ids();
  const input = { ...file, env: access, chunks: pieces(text), readRelated: (path: string) => readRelated(root, path) };
  for await (const sample of readSamples(input, told.report)) if (ids.take(sample)) yield sample;
  for (const double of ids.doubles) told.report(double);
  told.close();
}

/** Every name is listed and has a value; the value itself is never asked for where nothing is run. */
const ANY_NAME = { has: () => true, get: () => '' } as unknown as EnvAccess;

const PIECE = 256 * 1024;

async function* pieces(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
}

/** Ids that are taken. */
class Ids {
  readonly doubles: Diagnostic[] = [];
  private readonly places = new Map<string, string>();

  /** False where another sample has the id. */
  take({ source, id }: Sample): boolean {
    const earlier = this.places.get(id);
    if (earlier === undefined) {
      this.places.set(id, source.line === undefined ? source.file : `${source.file}:${source.line}`);
      return true;
    }
    if (this.doubles.length < MOST_TOLD) {
      const message = `the id ${JSON.stringify(id)} is already that of ${earlier}: give one of them another "id"`;
      this.doubles.push({ severity: 'error', ...source, message });
    }
    return false;
  }
}

/** Tells the first diagnostics of a file one by one, and how many more there are. */
function limited(report: Report, file: string) {
  let count = 0;
  let untold: Diagnostic['severity'] = 'info';
  return {
    report: (diagnostic: Diagnostic) => {
      count += 1;
      if (count <= MOST_TOLD) report(diagnostic);
      else if (untold === 'info' || diagnostic.severity === 'error') untold = diagnostic.severity;
    },
    close: () => {
      const message = `${count - MOST_TOLD} more of these`;
      if (count > MOST_TOLD) report({ severity: untold, file, message });
    },
  };
}

async function* samplesOf(root: string, file: PromptFile, env: EnvAccess, report: Report): AsyncGenerator<Sample> {
  try {
    yield* readSamples(inputOf(root, file, env), report);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    report({ severity: 'error', file: file.path, message: `cannot be read (${code})` });
  }
}

function inputOf(root: string, file: PromptFile, env: EnvAccess): PromptInput {
  return {
    ...file,
    env,
    chunks: readText(join(root, file.path)),
    readRelated: (path) => readRelated(root, path),
  };
}

/** Which files the hand-written prompt files read beside themselves. */
async function relatedFiles(root: string, files: PromptFile[], env: EnvAccess): Promise<Set<string>> {
  const related = new Set<string>();
  for (const file of files) {
    const format = file.format ?? detectFormat(file.path, await headOf(join(root, file.path)));
    if (format !== 'promptfoo' && format !== 'prompty') continue;
    const input = inputOf(root, file, env);
    const readRelatedFile = (path: string) => {
      related.add(path);
      return readRelated(root, path);
    };
    // Reading it once more is cheap: these files are written by hand.
    try {
      for await (const _sample of readSamples({ ...input, readRelated: readRelatedFile }, () => {}));
    } catch {
      // The reading that counts tells what is wrong.
    }
  }
  return related;
}

async function headOf(path: string): Promise<string> {
  try {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(16_384), 0, 16_384, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

/** Text of a file inside the workspace. Throws an Error that says why not. */
async function readRelated(root: string, path: string): Promise<string> {
  const real = await realpath(join(root, path)).catch(() => null);
  if (real === null) throw new Error(`there is no file ${path}`);
  if (!isInside(root, real)) throw new Error(`${path} is a link that leads outside the workspace: refused`);
  const found = await stat(real);
  if (!found.isFile()) throw new Error(`${path} is not a file`);
  if (found.size > MAX_RELATED) throw new Error(`${path} is larger than ${MAX_RELATED / 1024 / 1024} MB`);
  const bytes = await readFile(real);
  if (!isUtf8(bytes)) throw new Error(`${path} is not UTF-8`);
  return bytes.toString('utf8');
}

/** A file as text, piece by piece: UTF-8, or UTF-16 with its mark. Where bytes are not UTF-8 the line carries `BROKEN_TEXT`. */
async function* readText(path: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let wide: InstanceType<typeof TextDecoder> | null | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    // Windows' own tools write UTF-16, little end first, with a mark.
    if (wide === undefined) wide = chunk[0] === 0xff && chunk[1] === 0xfe ? new TextDecoder('utf-16le') : null;
    if (wide) {
      yield wide.decode(chunk, { stream: true });
      continue;
    }
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.length - unfinished(bytes);
    // A copy: the stream's own buffer may be used again.
    rest = Buffer.from(bytes.subarray(end));
    yield decode(bytes.subarray(0, end));
  }
  if (rest.length > 0) yield decode(rest);
}

/** How many bytes at the end begin a character that the next piece goes on with. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

function decode(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    lines.push(isUtf8(line) ? line.toString('utf8') : BROKEN_TEXT + line.toString('utf8'));
    start = end + 1;
    if (found < 0) break;
  }
  return lines.join('\n');
}

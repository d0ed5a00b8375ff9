import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { type Config, configSchema } from '../../core/config.ts';
import type { RunSummary } from '../../core/report/summary.ts';
import type { CheckRow, Diagnostic, GenerationRow, Sample, ScoreRow } from '../../core/types.ts';
import type { RunScope } from '../../protocol/engine.ts';
import { CannotFinishError, InputError } from '../errors.ts';
import type { LoadedInfo } from '../ports.ts';
import { cannotWrite, KEPT, RowFile, readRows } from './jsonl.ts';
import { acquireLock, type Lock } from './lock.ts';
import { newRunId } from './run-id.ts';

/** The layout of a run folder that this version writes and reads. */
export const FORMAT = 1;

export type RunState = RunSummary['state'];

/** run.json: what was run, with what, where. */
export interface RunRecord {
  format: number;
  id: string;
  state: RunState;
  startedAt: string;
  finishedAt: string | null;
  resumedAt: string[];
  /** The config as it was, defaults filled in, only the models that were asked for. */
  config: Config;
  /** Null: run without a file, by the editor. */
  configFile: string | null;
  limit: number | null;
  /** The part of the workspace that was asked for; all of it when absent. */
  scope?: RunScope;
  reuse: boolean;
  samples: number;
  /** The prompt files that the samples come from; runs of earlier versions do not name them. */
  files?: string[];
  /** SHA-256 of the config and of all samples. */
  hashes: { config: string; samples: string };
  versions: Record<string, string>;
  machine: { system: string; cpu: string; cores: number; memoryBytes: number };
  /** Devices and settings that models and evaluators really ran with. */
  nodes: Record<string, LoadedInfo>;
  /** The intervals' own seed stands in the summary. */
  seeds: { generation: number };
  /** What was found wrong with the prompt files: those rows were not run. */
  diagnostics: Diagnostic[];
}

/** What every command relies on in a record; it was written whole, but people edit files. */
const recordShape = z.looseObject({
  id: z.string(),
  state: z.string(),
  config: configSchema,
  samples: z.number(),
  files: z.array(z.string()).optional(),
  resumedAt: z.array(z.string()),
  hashes: z.looseObject({}),
  versions: z.looseObject({}),
  machine: z.looseObject({ system: z.string(), cpu: z.string(), cores: z.number(), memoryBytes: z.number() }),
  nodes: z.looseObject({}),
  diagnostics: z.array(z.looseObject({ message: z.string() })),
});

/** A run's folder, open for writing: locked, its row files at their ends. */
export interface RunWriter {
  readonly folder: RunFolder;
  readonly generations: RowFile;
  readonly scores: RowFile;
  readonly checks: RowFile;
  writeRecord(record: RunRecord): void;
  writeSummary(summary: RunSummary): void;
  sync(): void;
  close(): void;
}

/** A run's folder, for reading. Texts are streamed, never held. */
export class RunFolder {
  constructor(readonly path: string) {}

  get id(): string {
    return basename(this.path);
  }

  /** The workspace that the run belongs to: `<root>/.poq/runs/<id>`. */
  get root(): string {
    return dirname(dirname(dirname(this.path)));
  }

  /** @throws InputError when the folder holds no run of a format that this version knows. */
  readRecord(): RunRecord {
    const file = join(this.path, 'run.json');
    let record: RunRecord;
    try {
      const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (typeof found !== 'object' || found === null || !('format' in found)) throw new Error('it has no "format"');
      record = found as RunRecord;
    } catch (error) {
      throw inputError(`${file} cannot be read as the record of a run: ${(error as Error).message}`);
    }
    if (record.format !== FORMAT) {
      const advice =
        typeof record.format === 'number' && record.format > FORMAT
          ? 'It was written by a newer PoQ Lab: update, or run again.'
          : 'It was written by an older PoQ Lab: run again, or use the version that wrote it.';
      throw inputError(`${file} has format ${record.format}; this version reads format ${FORMAT}. ${advice}`);
    }
    const shape = recordShape.safeParse(record);
    if (!shape.success) {
      const key = shape.error.issues[0]?.path.join('.');
      throw inputError(`${file} is damaged: "${key}" is missing or of the wrong type. Run again.`);
    }
    return record;
  }

  /** @throws InputError when the file is gone: it is there from the start, and nothing can be told without it. */
  samples(report: (d: Diagnostic) => void): AsyncGenerator<Sample, void, undefined> {
    const file = join(this.path, 'samples.jsonl');
    if (!existsSync(file)) throw inputError(`${file} is gone, so this run can be neither shown nor gone on with.`);
    return readRows<Sample>(file, report);
  }

  generations(report: (d: Diagnostic) => void): AsyncGenerator<GenerationRow, void, undefined> {
    return readRows<GenerationRow>(join(this.path, 'generations.jsonl'), report);
  }

  scores(report: (d: Diagnostic) => void): AsyncGenerator<ScoreRow, void, undefined> {
    return readRows<ScoreRow>(join(this.path, 'scores.jsonl'), report);
  }

  checks(report: (d: Diagnostic) => void): AsyncGenerator<CheckRow, void, undefined> {
    return readRows<CheckRow>(join(this.path, 'checks.jsonl'), report);
  }

  /** @throws CannotFinishError when another process writes it or the disk refuses. */
  open(): RunWriter {
    let lock: Lock;
    try {
      lock = acquireLock(join(this.path, 'lock'));
    } catch (error) {
      throw error instanceof Error && 'code' in error ? cannotWrite(this.path, error) : error;
    }
    try {
      const rows = (name: string) => new RowFile(join(this.path, name));
      const [generations, scores, checks] = [rows('generations.jsonl'), rows('scores.jsonl'), rows('checks.jsonl')];
      const files = [generations, scores, checks];
      return {
        folder: this,
        generations,
        scores,
        checks,
        writeRecord: (record) => replaceFile(join(this.path, 'run.json'), record),
        writeSummary: (summary) => replaceFile(join(this.path, 'summary.json'), summary),
        sync: () => {
          // Open files outlive their folder: without a look, a deleted run would go on to its end for nothing.
          onDisk(this.path, () => statSync(this.path));
          for (const file of files) file.sync();
        },
        close: () => {
          try {
            for (const file of files) file.close();
          } finally {
            lock.release();
          }
        },
      };
    } catch (error) {
      lock.release();
      throw error instanceof Error && 'code' in error ? cannotWrite(this.path, error) : error;
    }
  }
}

/**
 * A new run folder that appears whole: it is filled under another name (`write` puts the samples and the record
 * there) and renamed at the end. When anything fails before, nothing is left behind.
 */
export async function createRun(
  root: string,
  startedAt: Date,
  write: (id: string, samples: RowFile) => Promise<RunRecord>,
): Promise<RunFolder> {
  const runs = join(root, '.poq', 'runs');
  const id = newRunId(startedAt);
  const hidden = join(runs, `.${id}.new`);
  try {
    onDisk(hidden, () => {
      mkdirSync(hidden, { recursive: true });
      const ignore = join(root, '.poq', '.gitignore');
      if (!existsSync(ignore)) writeFileSync(ignore, '# Runs may hold private text.\n*\n');
    });
    const samples = onDisk(hidden, () => new RowFile(join(hidden, 'samples.jsonl')));
    let record: RunRecord;
    try {
      record = await write(id, samples);
    } finally {
      samples.close();
    }
    onDisk(hidden, () => {
      for (const name of ['generations.jsonl', 'scores.jsonl', 'checks.jsonl']) writeNew(join(hidden, name), '');
    });
    replaceFile(join(hidden, 'run.json'), record);
    const path = join(runs, id);
    onDisk(path, () => renameSync(hidden, path));
    return new RunFolder(path);
  } catch (error) {
    try {
      rmSync(hidden, { recursive: true, force: true });
    } catch {
      // The error that brought us here is the one to tell.
    }
    // There is no run yet that could be gone on with.
    if (error instanceof CannotFinishError)
      throw new CannotFinishError(error.message.replace(KEPT, 'Nothing was run.'));
    throw error;
  }
}

/** Does something to a file or folder. @throws CannotFinishError when the disk refuses */
function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** The runs of a workspace, oldest first. */
export function listRuns(root: string): RunFolder[] {
  const runs = join(root, '.poq', 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => !name.startsWith('.') && existsSync(join(runs, name, 'run.json')))
    .sort()
    .map((name) => new RunFolder(join(runs, name)));
}

/**
 * A run by its id (in the workspace `root`), by its path, or as `latest`.
 * @throws InputError naming what was looked for and the newest runs there are.
 */
export function openRun(root: string, idOrPath: string): RunFolder {
  if (idOrPath === 'latest') {
    const last = listRuns(root).at(-1);
    if (last) return last;
    throw inputError(`There is no run in ${join(root, '.poq', 'runs')} yet.`);
  }
  for (const path of [join(root, '.poq', 'runs', idOrPath), resolve(idOrPath)]) {
    if (existsSync(join(path, 'run.json')) && statSync(path).isDirectory()) return new RunFolder(path);
  }
  const known = listRuns(root)
    .slice(-3)
    .map((run) => run.id);
  const hint = known.length ? ` The newest runs are ${known.reverse().join(', ')}.` : '';
  throw inputError(`No run "${idOrPath}" in ${join(root, '.poq', 'runs')}, and no run folder at that path.${hint}`);
}

function inputError(message: string): InputError {
  return new InputError([{ severity: 'error', message }]);
}

/** Replaces a file by a whole new one: readers and crashes see the old or the new, never a part. */
function replaceFile(file: string, content: object): void {
  const next = `${file}.${randomUUID()}.tmp`;
  try {
    writeNew(next, `${JSON.stringify(content, null, 2)}\n`);
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error instanceof Error && 'code' in error ? cannotWrite(file, error) : error;
  }
}

function writeNew(file: string, text: string): void {
  const fd = openSync(file, 'w');
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { RunSummary } from '../../core/report/summary.ts';
import type { Sample } from '../../core/types.ts';
import { describeMachine } from '../../node/report-input.ts';
import { RunFolder, type RunRecord } from '../../node/store/run-folder.ts';
import type { StoredRun } from '../../protocol/reader.ts';
import { RowTail } from './row-tail.ts';
import { isWritten, signatureOf, stateOf } from './run-state.ts';

/** Folders that are looked at before other calls have their turn. */
const BETWEEN_BREATHS = 50;
const MOST_FILES = 20;

/** A run of the list, with all the prompt files of which it holds samples. */
export interface ListedRun {
  run: StoredRun;
  files: readonly string[];
}

interface Known {
  signature: string;
  record: RunRecord;
  files: readonly string[];
  winner: StoredRun['winner'];
}

/** The runs of workspaces as lists show them, from their records and summaries alone; what did not change is kept. */
export class StoredRuns {
  /** By root and name of the folder. */
  readonly #known = new Map<string, Map<string, Known>>();

  /** Newest first. Never throws: what is wrong with a run stands in its `problem`. */
  async list(root: string): Promise<ListedRun[]> {
    const before = this.#known.get(root);
    const known = new Map<string, Known>();
    const runs: ListedRun[] = [];
    for (const [i, name] of namesIn(join(root, '.poq', 'runs')).entries()) {
      if (i % BETWEEN_BREATHS === BETWEEN_BREATHS - 1) await breathe();
      const path = join(root, '.poq', 'runs', name);
      try {
        const [state, looked] = await look(path, before?.get(name));
        known.set(name, looked);
        runs.push({ run: describeRun(path, looked.record, state, looked), files: looked.files });
      } catch (error) {
        const stat = statSync(path, { throwIfNoEntry: false });
        if (stat?.isDirectory()) runs.push({ run: brokenRun(path, (error as Error).message, stat.mtime), files: [] });
      }
    }
    this.#known.set(root, known);
    return runs.sort(({ run: a }, { run: b }) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
  }
}

/** @throws InputError when the folder holds no run that this version reads */
async function look(path: string, known: Known | undefined): Promise<[StoredRun['state'], Known]> {
  const signature = signatureOf(path, ['run.json', 'summary.json']);
  const unchanged = known?.signature === signature ? known : null;
  if (unchanged && unchanged.record.state !== 'running') return [unchanged.record.state, unchanged];
  // Nothing is written when the process of a run dies.
  const written = isWritten(path);
  if (unchanged) return [stateOf(path, unchanged.record, written), unchanged];
  const record = new RunFolder(path).readRecord();
  const files = record.files ?? known?.files ?? (await filesOf(path));
  const winner = record.state === 'running' ? null : winnerOf(readSummary(path));
  return [stateOf(path, record, written), { signature, record, files, winner }];
}

/** A run as lists show it. */
export function describeRun(
  path: string,
  record: RunRecord,
  state: StoredRun['state'],
  { files, winner }: { files: readonly string[]; winner: StoredRun['winner'] },
): StoredRun {
  return {
    // The folder's name, which is unique: a run may have been copied or renamed since it was made.
    id: basename(path),
    path,
    state,
    startedAt: record.startedAt,
    // A run that is gone on with has the end of last time in its record.
    finishedAt: record.state === 'running' ? null : record.finishedAt,
    samples: record.samples,
    models: record.config.models.map(({ id }) => id),
    evaluators: record.config.evaluators.map(({ id }) => id),
    files: files.slice(0, MOST_FILES),
    machine: describeMachine(record.machine),
    winner: record.state === 'running' ? null : winner,
    problem: null,
  };
}

/** The best model that answered anything; null where none did, or the summary is not one. */
export function winnerOf(summary: Pick<RunSummary, 'models'> | null): StoredRun['winner'] {
  const first = summary?.models[0];
  if (!first || first.samples === first.errors) return null;
  return { model: first.id, quality: first.quality.mean, reward: first.reward.mean, p50: first.latencyMs.p50 };
}

function brokenRun(path: string, problem: string, changed: Date): StoredRun {
  const id = basename(path);
  return {
    id,
    path,
    state: 'failed',
    startedAt: (startOf(id) ?? changed).toISOString(),
    finishedAt: null,
    samples: 0,
    models: [],
    evaluators: [],
    files: [],
    machine: '',
    winner: null,
    problem,
  };
}

/** The start that a run's id names: `20261122-203159-123-5f0c`; null for any other name. */
function startOf(id: string): Date | null {
  const parts = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})-/.exec(id)?.slice(1);
  if (!parts) return null;
  const [year, month, day, hour, minute, second, ms] = parts;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(date.getTime()) ? null : date;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && !entry.isFile())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** Null where there is none, or somebody edited it into nonsense: it is derived, and the rows tell the same. */
function readSummary(path: string): Pick<RunSummary, 'models'> | null {
  try {
    const summary = JSON.parse(readFileSync(join(path, 'summary.json'), 'utf8')) as RunSummary;
    const isWhole = Array.isArray(summary.models) && summary.models.every((m) => m.quality && m.reward && m.latencyMs);
    return isWhole ? summary : null;
  } catch {
    return null;
  }
}

/** The prompt files of a run whose record does not name them. */
async function filesOf(path: string): Promise<string[]> {
  const files = new Set<string>();
  await new RowTail<Sample>(join(path, 'samples.jsonl')).read(true, ({ source }) => files.add(source.file));
  return [...files];
}

import type { Sample } from '../../core/types.ts';
import { sampleDigest } from '../../node/sample-digest.ts';
import type { FileResults, SampleOutcome } from '../../protocol/reader.ts';
import { RowReader } from './row-reader.ts';
import type { RunIndex } from './run-index.ts';
import type { RunIndexes } from './run-indexes.ts';
import { signatureOf } from './run-state.ts';
import type { StoredRuns } from './stored-runs.ts';

/** Runs that are looked into, the newest ones that hold the file. */
const MOST_RUNS = 10;
/** Outcomes of samples that are kept in memory. */
const MOST_OUTCOMES = 100_000;

/** What one run says of one file. */
interface RunOfFile {
  /** Of the run's files: another one, another result. */
  signature: string;
  models: FileResults['models'];
  outcomes: (SampleOutcome & { digest: string })[];
}

/** The last known results of prompt files, each sample's from the newest run that holds it. */
export class FileResultsReader {
  /** By path of the run and file, the least recently used first. */
  readonly #kept = new Map<string, RunOfFile>();
  /** By index of the run and of the sample. */
  readonly #digests = new WeakMap<RunIndex, string[]>();

  constructor(
    readonly runs: StoredRuns,
    readonly indexes: RunIndexes,
  ) {}

  async read(root: string, file: string): Promise<FileResults> {
    const listed = await this.runs.list(root);
    const holding = listed.filter(({ run, files }) => run.problem === null && files.includes(file));
    const results: FileResults = { run: null, models: [], samples: Object.create(null) };
    for (const { run } of holding.slice(0, MOST_RUNS)) {
      let found: RunOfFile;
      try {
        found = await this.#of(run.path, file);
      } catch {
        // Deleted or damaged since it was listed: the others are still there.
        continue;
      }
      const { id, path, startedAt } = run;
      if (found.outcomes.length === 0) continue;
      if (results.run === null) {
        results.run = { id, path, startedAt };
        results.models = found.models;
      }
      for (const outcome of found.outcomes) results.samples[outcome.id] ??= { ...outcome, run: id, path };
    }
    return results;
  }

  async #of(path: string, file: string): Promise<RunOfFile> {
    const key = JSON.stringify([path, file]);
    const signature = signatureOf(path, [
      'run.json',
      'samples.jsonl',
      'generations.jsonl',
      'scores.jsonl',
      'checks.jsonl',
    ]);
    let found = this.#kept.get(key);
    if (found?.signature !== signature) found = { signature, ...this.#resultsOf(await this.indexes.get(path), file) };
    this.#kept.delete(key);
    this.#kept.set(key, found);
    this.#evict();
    return found;
  }

  #evict(): void {
    let outcomes = 0;
    for (const {
      outcomes: { length },
    } of this.#kept.values())
      outcomes += length;
    for (const [
      key,
      {
        outcomes: { length },
      },
    ] of this.#kept) {
      if (outcomes <= MOST_OUTCOMES) return;
      this.#kept.delete(key);
      outcomes -= length;
    }
  }

  /** Samples that no model has answered yet have no result. */
  #resultsOf(index: RunIndex, file: string): Omit<RunOfFile, 'signature'> {
    const { outcomes, samplePlaces, folder } = index;
    const samples = (index.samplesOfFile.get(file) ?? []).filter((sample) => index.isAttempted(sample));
    const digests = this.#digests.get(index) ?? [];
    this.#digests.set(index, digests);
    const rows = new RowReader(folder.path);
    try {
      const digestOf = (sample: number) => {
        digests[sample] ??= sampleDigest(rows.read<Sample>('samples.jsonl', samplePlaces[sample]!));
        return digests[sample];
      };
      return {
        models: outcomes.results(samples),
        outcomes: samples.map((sample) => ({ ...outcomes.of(sample), digest: digestOf(sample) })),
      };
    } finally {
      rows.close();
    }
  }
}

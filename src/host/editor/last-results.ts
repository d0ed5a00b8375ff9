import { type Disposable, EventEmitter } from 'vscode';
import type { FileResults, SampleHead, SampleOutcome } from '../../protocol/reader.ts';
import type { History, PoqFolder, Reader, Runs } from '../ports.ts';
import type { PromptDocument, PromptDocuments } from './prompt-documents.ts';

/** Pause after a run's change before results are read again, in milliseconds. */
const PAUSE = 250;

/** The last known results of the open prompt files: loaded when asked for, and again when runs came or went. */
export class LastResults implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #known = new Map<string, FileResults>();
  readonly #loading = new Map<string, Promise<void>>();
  readonly #subscriptions: Disposable[];
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(
    readonly documents: PromptDocuments,
    readonly deps: { reader: Pick<Reader, 'fileResults'>; runs: Runs; history: History },
  ) {
    this.#subscriptions = [
      this.#changed,
      deps.history.onDidChange((folder) => this.#loadSoon(folder)),
      deps.runs.onDidEnd(({ folder }) => this.#loadSoon(folder)),
      documents.onDidClose(() => this.#forgetClosed()),
    ];
  }

  /** Undefined until they are loaded; `onDidChange` tells. */
  get(prompt: PromptDocument): FileResults | undefined {
    const key = keyOf(prompt);
    const known = this.#known.get(key);
    if (!known && !this.#loading.has(key)) void this.#load(prompt);
    return known;
  }

  async loaded(prompt: PromptDocument): Promise<FileResults | undefined> {
    const known = this.get(prompt);
    if (known) return known;
    await this.#loading.get(keyOf(prompt));
    return this.#known.get(keyOf(prompt));
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #load(prompt: PromptDocument): Promise<void> {
    const key = keyOf(prompt);
    const loading = this.deps.reader
      .fileResults({ root: prompt.folder.root, file: prompt.path })
      .then((results) => {
        this.#known.set(key, results);
      })
      // Runs that cannot be read are told where runs are listed; here they are as good as none.
      .catch(() => {
        if (!this.#known.has(key)) this.#known.set(key, { run: null, models: [], samples: {} });
      })
      .finally(() => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
        // Of a file that was closed meanwhile nobody would hear when they are older than its next run.
        this.#forgetClosed();
        this.#changed.fire();
      });
    this.#loading.set(key, loading);
    return loading;
  }

  #loadSoon({ root }: PoqFolder): void {
    clearTimeout(this.#timers.get(root));
    this.#timers.set(
      root,
      setTimeout(() => {
        for (const prompt of this.documents.all()) if (prompt.folder.root === root) void this.#load(prompt);
      }, PAUSE),
    );
  }

  #forgetClosed(): void {
    const open = new Set(this.documents.all().map(keyOf));
    for (const key of this.#known.keys()) if (!open.has(key)) this.#known.delete(key);
  }
}

const keyOf = ({ folder, path }: PromptDocument) => `${folder.root}\n${path}`;

/** Outcomes of those of the samples that were run, and whether one of them was edited since. */
export function outcomesOf(
  samples: readonly SampleHead[],
  results: FileResults,
): { outcomes: SampleOutcome[]; edited: boolean } {
  const outcomes: SampleOutcome[] = [];
  let edited = false;
  for (const { id, digest } of samples) {
    if (!Object.hasOwn(results.samples, id)) continue;
    const outcome = results.samples[id]!;
    outcomes.push(outcome);
    edited ||= digest !== undefined && outcome.digest !== undefined && digest !== outcome.digest;
  }
  return { outcomes, edited };
}

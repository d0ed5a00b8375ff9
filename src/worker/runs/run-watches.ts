import { RunFolder } from '../../node/store/run-folder.ts';
import type { ReaderHostApi } from '../../protocol/reader.ts';
import type { RunIndexes } from './run-indexes.ts';
import { isThere, isWritten, signatureOf, stateOf } from './run-state.ts';

type Change = Parameters<ReaderHostApi['onRunChanged']>[0];

/** While a run goes on: at most four times a second. */
const LIVE_MS = 250;
/** A run that has ended may be deleted, or gone on with by somebody else. */
const QUIET_MS = 2000;
const FILES = ['run.json', 'samples.jsonl', 'generations.jsonl', 'scores.jsonl', 'checks.jsonl'];

interface Watch {
  timer: NodeJS.Timeout | null;
  /** Told of, or supposed, last. */
  state: Change['state'];
  done: number;
  total: number;
  /** Of the files, for a run that is quiet. */
  signature: string;
  /** Of what was read of them, or the error that came of it. */
  revision: string;
}

/**
 * Tells when the folders of runs change, by looking at their files now and then: that works on every file system, and
 * no handle keeps a folder from being deleted.
 */
export class RunWatches {
  readonly #watches = new Map<string, Watch>();

  constructor(
    readonly indexes: Pick<RunIndexes, 'get'>,
    readonly notify: (change: Change) => void,
  ) {}

  has(path: string): boolean {
    return this.#watches.has(path);
  }

  /** A run that goes on is told of at once, any other when it changes. */
  watch(path: string): void {
    if (this.#watches.has(path)) return;
    const watch: Watch = { timer: null, state: 'failed', done: 0, total: 0, signature: '', revision: '' };
    try {
      watch.signature = signatureOf(path, FILES);
      const written = isWritten(path);
      watch.state = stateOf(path, new RunFolder(path).readRecord(), written);
    } catch {
      // Gone, or not to be read: the first look tells.
    }
    this.#watches.set(path, watch);
    this.#schedule(path, watch, 0);
  }

  unwatch(path: string): void {
    clearTimeout(this.#watches.get(path)?.timer ?? undefined);
    this.#watches.delete(path);
  }

  #schedule(path: string, watch: Watch, afterMs: number): void {
    if (this.#watches.get(path) !== watch) return;
    watch.timer = setTimeout(() => void this.#look(path, watch), afterMs);
    watch.timer.unref();
  }

  async #look(path: string, watch: Watch): Promise<void> {
    if (!isThere(path)) {
      this.#tell(path, watch, { state: 'gone' });
      this.unwatch(path);
      return;
    }
    try {
      await this.#lookAtRows(path, watch);
    } catch (error) {
      // Who asks for the run's figures now is told what is wrong.
      const revision = (error as Error).message;
      if (revision !== watch.revision) this.#tell(path, watch, { state: watch.state });
      watch.revision = revision;
    }
    this.#schedule(path, watch, watch.state === 'running' ? LIVE_MS : QUIET_MS);
  }

  async #lookAtRows(path: string, watch: Watch): Promise<void> {
    const signature = signatureOf(path, FILES);
    // Nothing is written when a process dies: a run that goes on is asked every time.
    if (watch.state !== 'running' && signature === watch.signature) return;
    watch.signature = signature;
    const index = await this.indexes.get(path);
    const revision = index.revision;
    if (revision === watch.revision) return;
    watch.revision = revision;
    this.#tell(path, watch, { state: index.state, ...index.progress() });
  }

  #tell(path: string, watch: Watch, change: Partial<Change>): void {
    const { state, done, total } = Object.assign(watch, change);
    if (this.#watches.get(path) === watch) this.notify({ path, done, total, state });
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { RunFolder } from '../../node/store/run-folder.ts';
import { RunIndex } from './run-index.ts';
import { goneError, isThere } from './run-state.ts';

/** Indexes that are kept although nobody watches their runs. */
const KEPT = 4;
const AGAIN_MS = 50;

/** The indexes of the runs that were asked for most recently, each brought up to date whenever it is asked for. */
export class RunIndexes {
  /** By path, the least recently used first. */
  readonly #kept = new Map<string, UpToDate>();

  constructor(readonly isWatched: (path: string) => boolean) {}

  /**
   * The index of a run, with every row that was in its folder at the time of the call.
   * @throws Error for the user: the run is gone or cannot be read
   */
  get(path: string): Promise<RunIndex> {
    const index = this.#kept.get(path) ?? new UpToDate(path);
    this.#kept.delete(path);
    this.#kept.set(path, index);
    const unwatched = [...this.#kept.keys()].filter((known) => !this.isWatched(known));
    for (const least of unwatched.slice(0, Math.max(0, unwatched.length - KEPT))) this.#kept.delete(least);
    return index.get();
  }
}

/** The index of one run. Of calls at the same time the first refreshes it, and the others share the refresh after that. */
class UpToDate {
  #index: RunIndex | null = null;
  #current: Promise<RunIndex> | null = null;
  #next: Promise<RunIndex> | null = null;

  constructor(readonly path: string) {}

  get(): Promise<RunIndex> {
    if (!this.#current) return this.#start();
    // The refresh that goes on may have passed what was written since.
    this.#next ??= this.#current
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#start();
      });
    return this.#next;
  }

  #start(): Promise<RunIndex> {
    this.#current = this.#refresh().finally(() => {
      this.#current = null;
    });
    return this.#current;
  }

  async #refresh(): Promise<RunIndex> {
    try {
      return await this.#read().catch(async (error) => {
        if (!isThere(this.path)) throw error;
        // A file may be busy for a moment while its writer replaces it (Windows).
        await sleep(AGAIN_MS);
        return this.#read();
      });
    } catch (error) {
      this.#index = null;
      throw isThere(this.path) ? error : goneError(this.path);
    }
  }

  async #read(): Promise<RunIndex> {
    if (this.#index && (await this.#index.refresh())) return this.#index;
    this.#index = null;
    const index = await RunIndex.open(new RunFolder(this.path));
    if (!(await index.refresh())) throw new Error(`The run in ${this.path} changed while it was read: try again.`);
    this.#index = index;
    return index;
  }
}

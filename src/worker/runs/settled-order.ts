/** Entries that one list may have: what tells the list of a cursor apart from the position in it. */
const POSITIONS = 2 ** 32;
const LISTS = 2 ** 20;

/**
 * Samples in the order in which they became complete. A sample that gets rows again (a resumed run) is listed again
 * when it is complete again, and those that a run left incomplete are listed when it ends. A cursor belongs to one list:
 * that of another (the run had to be read anew, in an order of its own) starts from the beginning.
 */
export class SettledOrder {
  readonly #list = 1 + Math.floor(Math.random() * (LISTS - 1));
  readonly #samples: number[] = [];
  /** Since the last update, in the order of the last row. */
  readonly #touched = new Set<number>();
  /** Samples that are listed as complete. */
  readonly #complete = new Set<number>();
  #ended = false;

  /** A row of this sample was read. */
  touch(sample: number): void {
    this.#touched.delete(sample);
    this.#touched.add(sample);
  }

  /** Lists what became complete; `ended`: nobody goes on with the run, so the others (of `count` samples) are listed too. */
  update(count: number, ended: boolean, isComplete: (sample: number) => boolean): void {
    for (const sample of this.#touched) {
      const complete = isComplete(sample);
      if (complete) this.#complete.add(sample);
      else this.#complete.delete(sample);
      if (complete) this.#samples.push(sample);
    }
    this.#touched.clear();
    if (ended && !this.#ended) {
      for (let sample = 0; sample < count; sample++) if (!this.#complete.has(sample)) this.#samples.push(sample);
    }
    this.#ended = ended;
  }

  /** Samples from a cursor on (0: all), each once, and the cursor of what comes after them. */
  from(cursor: number): { next: number; samples: number[] } {
    const known = Math.floor(cursor / POSITIONS) === this.#list;
    const position = known ? cursor % POSITIONS : 0;
    return {
      next: this.#list * POSITIONS + this.#samples.length,
      samples: [...new Set(this.#samples.slice(position))],
    };
  }
}

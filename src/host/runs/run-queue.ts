/**
 * One run at a time in a window: two at once would compete for the machine, and each would be told the latency of both.
 */
export class RunQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** True when the next one would have to wait. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Does the work when all earlier work is over. */
  async add<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }
}

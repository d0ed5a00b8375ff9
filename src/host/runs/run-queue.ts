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

  /** Does the work when all earlier work is over. Undefined, at once, for work that was cancelled before its turn. */
  async add<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    this.#waiting++;
    let leave = () => {};
    const left = new Promise<undefined>((resolve) => {
      leave = () => resolve(undefined);
    });
    const turn = this.#last.then(() => {
      signal?.removeEventListener('abort', leave);
      return signal?.aborted ? undefined : work();
    });
    this.#last = turn.catch(() => {});
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    try {
      return await Promise.race([turn, left]);
    } finally {
      this.#waiting--;
    }
  }
}

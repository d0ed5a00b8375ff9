/**
 * This machine's compute, so that nothing is measured while something else of ours keeps it busy: generations of one
 * local model may share it, scoring with an encoder (and loading a model) has it alone and goes first.
 */
export class Hardware {
  private sharing = 0;
  private exclusive = false;
  private waitingExclusive: (() => void)[] = [];
  private waitingShared: (() => void)[] = [];

  /** Runs `work` beside other shared work, and tells it how long it waited, in milliseconds. */
  async share<T>(work: (waitedMs: number) => Promise<T>): Promise<T> {
    const start = performance.now();
    while (this.exclusive || this.waitingExclusive.length > 0) {
      await new Promise<void>((resume) => this.waitingShared.push(resume));
    }
    this.sharing++;
    try {
      return await work(performance.now() - start);
    } finally {
      this.sharing--;
      this.wake();
    }
  }

  /** Runs `work` with nothing beside it. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.exclusive || this.sharing > 0) {
      await new Promise<void>((resume) => this.waitingExclusive.push(resume));
    }
    this.exclusive = true;
    try {
      return await work();
    } finally {
      this.exclusive = false;
      this.wake();
    }
  }

  private wake(): void {
    if (this.exclusive || this.sharing > 0) return;
    const next = this.waitingExclusive.shift();
    if (next) {
      this.exclusive = true; // handed over, so that nobody slips in between
      next();
      return;
    }
    const waiting = this.waitingShared;
    this.waitingShared = [];
    for (const resume of waiting) resume();
  }
}

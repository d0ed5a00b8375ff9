import type { RunProgress } from '../../protocol/run-events.ts';

/**
 * How far a run is and how long it will take. Each node (model or evaluator) has its own pace; a node that has not
 * started yet is assumed to be as slow as the average of those that have.
 */
export class ProgressMeter {
  private readonly work = new Map<string, { left: number; done: number; busyMs: number }>();
  private done = 0;
  private total = 0;

  /** Announces work units of a node, `already` of them complete from an earlier session of the run. */
  expect(node: string, units: number, already: number): void {
    const entry = this.entry(node);
    entry.left += units - already;
    this.total += units;
    this.done += already;
  }

  /** `units` of a node are complete, after `tookMs` of wall-clock time that no other unit of the node shares. */
  complete(node: string, units: number, tookMs: number): void {
    const entry = this.entry(node);
    entry.left = Math.max(0, entry.left - units);
    entry.done += units;
    entry.busyMs += tookMs;
    this.done += units;
  }

  /** `units` of a node will never be done: their generation failed. */
  forgo(node: string, units: number): void {
    const entry = this.entry(node);
    entry.left = Math.max(0, entry.left - units);
    this.done += units;
  }

  report(label: string): RunProgress {
    return { label, done: Math.min(this.done, this.total), total: this.total, etaMs: this.etaMs() };
  }

  private etaMs(): number | null {
    const started = [...this.work.values()].filter((w) => w.done > 0);
    if (started.length === 0) return null;
    const average = started.reduce((sum, w) => sum + w.busyMs / w.done, 0) / started.length;
    let eta = 0;
    for (const w of this.work.values()) eta += w.left * (w.done > 0 ? w.busyMs / w.done : average);
    return eta;
  }

  private entry(node: string) {
    let entry = this.work.get(node);
    if (!entry) {
      entry = { left: 0, done: 0, busyMs: 0 };
      this.work.set(node, entry);
    }
    return entry;
  }
}

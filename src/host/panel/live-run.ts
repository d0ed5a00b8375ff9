import type { Disposable } from 'vscode';
import type { PanelApi } from '../../protocol/panel.ts';
import type { RunProgress } from '../../protocol/run-events.ts';
import type { RunChange, RunWatch } from '../runs/run-watch.ts';

export type LiveChange = Parameters<PanelApi['runChanged']>[0];

export interface LiveRunDeps {
  watch: RunWatch;
  /** What this window's own execution of the run tells; null where the run is not executed here. */
  progressOf(path: string): RunProgress | null;
  tell(change: LiveChange): void;
  /** The least time between two messages in milliseconds. */
  everyMs: number;
}

/** Follows the run that the panel shows, while the panel can be seen. */
export class LiveRun {
  #shown: { key: string; path: string } | null = null;
  #visible = true;
  #watching: Disposable | null = null;
  #last: RunChange | null = null;
  #timer: NodeJS.Timeout | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: LiveRunDeps) {}

  get shown(): string | null {
    return this.#shown?.key ?? null;
  }

  show(run: { key: string; path: string }): void {
    if (this.#shown?.path === run.path) return;
    this.#stop();
    this.#shown = run;
    this.#start();
  }

  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (visible) this.#start();
    else this.#stop();
  }

  /** The run's own execution went on. */
  progressed(path: string): void {
    if (this.#last?.path === path) this.#tellSoon();
  }

  dispose(): void {
    this.#stop();
    this.#shown = null;
  }

  #start(): void {
    if (!this.#shown || !this.#visible) return;
    this.#watching = this.deps.watch.watch(this.#shown.path, (change) => {
      this.#last = change;
      this.#tellSoon();
    });
  }

  #stop(): void {
    this.#watching?.dispose();
    this.#watching = null;
    this.#last = null;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Now, or when the time is there; what comes meanwhile goes into the same message. */
  #tellSoon(): void {
    if (this.#timer) return;
    const wait = this.#toldAt + this.deps.everyMs - performance.now();
    if (wait <= 0) {
      this.#tell();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#tell();
    }, wait);
  }

  #tell(): void {
    if (!this.#shown || !this.#last) return;
    this.#toldAt = performance.now();
    const { path, done, total, state } = this.#last;
    const progress = state === 'running' ? this.deps.progressOf(path) : null;
    const { label = null, etaMs = null } = progress ?? {};
    this.deps.tell({ run: this.#shown.key, done, total, state, label, etaMs });
  }
}

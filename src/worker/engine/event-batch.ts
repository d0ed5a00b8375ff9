import type { EngineEvent } from '../../protocol/engine.ts';
import type { RunEvent } from '../../protocol/run-events.ts';

const EVERY_MS = 100;
/** Failures of one model or evaluator that are told; the others are in the run folder. */
const MOST_FAILURES = 100;

/**
 * Gathers a run's events and tells them a few times a second. Rows that succeeded are left out, since they are read
 * from the run folder, and so are texts; of progress only the newest counts.
 */
export class EventBatch {
  private events: EngineEvent[] = [];
  private progress: EngineEvent | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly failures = new Map<string, number>();

  constructor(private readonly send: (events: EngineEvent[]) => void) {}

  add(event: RunEvent): void {
    if (event.type === 'progress') this.progress = event;
    else if (event.type === 'generation') this.addFailure(event, event.row.model, event.row.error);
    else if (event.type === 'score') this.addFailure(event, event.row.evaluator, event.row.error);
    else if (event.type === 'check' || event.type === 'finished') return;
    else this.events.push(event);
    this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  /** Tells what is there now. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const events = this.progress === null ? this.events : [...this.events, this.progress];
    this.events = [];
    this.progress = null;
    if (events.length > 0) this.send(events);
  }

  private addFailure(event: EngineEvent, node: string, error: string | undefined): void {
    const count = this.failures.get(node) ?? 0;
    if (error === undefined || count >= MOST_FAILURES) return;
    this.failures.set(node, count + 1);
    this.events.push(event);
  }
}

import { setImmediate as pause, setTimeout as wait } from 'node:timers/promises';
import { Location, l10n, type TestItem, TestMessage, type TestRun } from 'vscode';
import { oneLine } from '../../core/report/render/visible.ts';
import type { RunOutcome } from '../../protocol/engine.ts';
import type { SampleDetail, SampleOutcome } from '../../protocol/reader.ts';
import type { Reader, Runs } from '../ports.ts';
import { durationOf, failuresOf, verdictOf } from './outcome-text.ts';
import type { ChosenTests } from './test-tree.ts';

export interface ScoreRunDeps {
  reader: Pick<Reader, 'settled' | 'samples'>;
  runs: Runs;
}

/** Pause between two looks at what is settled, in milliseconds. */
const PAUSE = 300;
/** Items and texts at a time. */
const SLICE = 250;
const TEXTS = 50;
/** Failures that are shown with their texts; the panel has the rest. */
const MOST_TEXTS = 500;

/** Runs the chosen samples of one folder, and tells the test run what becomes of each while it goes on. */
export async function scoreSamples(
  deps: ScoreRunDeps,
  chosen: ChosenTests,
  run: TestRun,
  signal: AbortSignal,
): Promise<void> {
  const { folder, scope, items } = chosen;
  const progress = new Progress(deps, items, run);
  await inSlices(items.values(), (item) => run.enqueued(item));
  const subscription = deps.runs.onDidChange((active) => {
    if (active.scope === scope && active.run) progress.follow(active.run.path);
  });
  try {
    const outcome = await deps.runs.start(folder, scope, { signal, notify: false });
    await progress.finish(outcome);
  } finally {
    subscription.dispose();
    progress.stop();
  }
}

/** What is known of the samples of one run. */
class Progress {
  readonly #left: Map<string, TestItem>;
  #path: string | null = null;
  #from = 0;
  #texts = 0;
  #stopped = false;
  #following: Promise<void> | null = null;

  constructor(
    readonly deps: ScoreRunDeps,
    items: ReadonlyMap<string, TestItem>,
    readonly run: TestRun,
  ) {
    this.#left = new Map(items);
  }

  /** From now on looks every now and then what is settled. */
  follow(path: string): void {
    if (this.#following) return;
    this.#path = path;
    this.#following = this.#followOn();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The run is over: tells the rest. */
  async finish(outcome: RunOutcome | undefined): Promise<void> {
    this.#stopped = true;
    await this.#following;
    this.#path ??= outcome?.path ?? null;
    while (await this.#look());
    for (const { message } of outcome?.problems ?? []) this.run.appendOutput(`${oneLine(message)}\r\n`);
    const broken = outcome && outcome.state !== 'done' && outcome.state !== 'cancelled';
    const messages = (broken ? outcome.problems : []).map(({ message }) => new TestMessage(message));
    if (broken && messages.length === 0) messages.push(new TestMessage(l10n.t('The run could not finish.')));
    await inSlices(this.#left.values(), (item) =>
      broken ? this.run.errored(item, messages.slice(0, 5)) : this.run.skipped(item),
    );
    this.#left.clear();
  }

  async #followOn(): Promise<void> {
    // Each model answers all samples in turn: from here on all of them are being worked at.
    await inSlices(this.#left.values(), (item) => this.run.started(item));
    while (!this.#stopped) {
      if (!(await this.#look())) await wait(PAUSE);
    }
  }

  /** @returns whether there was something new */
  async #look(): Promise<boolean> {
    if (this.#path === null) return false;
    const path = this.#path;
    // Where the run cannot be read now, the next look or the end of the run tells.
    const { next, samples } = await this.deps.reader
      .settled({ path, from: this.#from })
      .catch(() => ({ next: this.#from, samples: [] }));
    const isNew = next > this.#from;
    this.#from = next;
    const mine = samples.filter(({ id }) => this.#left.has(id));
    for (let start = 0; start < mine.length; start += TEXTS) await this.#tell(path, mine.slice(start, start + TEXTS));
    return isNew;
  }

  async #tell(path: string, outcomes: SampleOutcome[]): Promise<void> {
    const details = await this.#detailsOf(path, outcomes);
    for (const outcome of outcomes) {
      const item = this.#left.get(outcome.id)!;
      this.#left.delete(outcome.id);
      const verdict = verdictOf(outcome);
      const duration = durationOf(outcome);
      if (verdict === 'passed') this.run.passed(item, duration);
      else if (verdict === 'skipped') this.run.skipped(item);
      else {
        const messages = messagesOf(outcome, details.get(outcome.id) ?? null, item);
        if (verdict === 'failed') this.run.failed(item, messages, duration);
        else this.run.errored(item, messages, duration);
      }
    }
    await pause();
  }

  async #detailsOf(path: string, outcomes: SampleOutcome[]): Promise<Map<string, SampleDetail>> {
    const failed = outcomes.filter((outcome) => verdictOf(outcome) === 'failed').map(({ id }) => id);
    const samples = failed.slice(0, Math.max(0, MOST_TEXTS - this.#texts));
    this.#texts += samples.length;
    if (samples.length === 0) return new Map();
    const details = await this.deps.reader.samples({ path, samples }).catch(() => []);
    return new Map(details.map((detail) => [detail.id, detail]));
  }
}

function messagesOf(outcome: SampleOutcome, detail: SampleDetail | null, item: TestItem): TestMessage[] {
  return failuresOf(outcome, detail, l10n.t).map(({ message, expected, actual }) => {
    const said =
      expected !== null && actual !== null
        ? TestMessage.diff(message, expected, actual)
        : new TestMessage(actual === null ? message : `${message}\n\n${actual}`);
    if (item.uri && item.range) said.location = new Location(item.uri, item.range);
    return said;
  });
}

async function inSlices(items: Iterable<TestItem>, work: (item: TestItem) => void): Promise<void> {
  let count = 0;
  for (const item of [...items]) {
    work(item);
    if (++count % SLICE === 0) await pause();
  }
}

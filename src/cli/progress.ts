import type { MultiBar, SingleBar } from 'cli-progress';
import { duration } from '../core/report/render/format.ts';
import { oneLine } from '../core/report/render/visible.ts';
import type { RunProgress } from '../protocol/run-events.ts';
import type { Output } from './output.ts';

/** Shows how far a run is. */
export interface ProgressView {
  update(progress: RunProgress): void;
  /** Something without a count, such as what a model does while it loads. */
  say(node: string, message: string): void;
  stop(): void;
}

/** Milliseconds between two lines of one phase, and of two phases, where stderr is not a terminal. */
const LINE_INTERVAL_MS = 5000;
const PHASE_INTERVAL_MS = 500;

export async function createProgressView(output: Output, quiet: boolean): Promise<ProgressView> {
  if (quiet) return { update() {}, say() {}, stop() {} };
  return output.stderr.isTTY ? createBar(output) : createLines(output);
}

/** `42 % (120/288), 12 s left: small answers` */
export function describeProgress({ label, done, total, etaMs }: RunProgress): string {
  const left = etaMs === null ? '' : `, ${duration(etaMs)} left`;
  return `${percent(done, total)} % (${done}/${total})${left}: ${oneLine(label)}`;
}

function percent(done: number, total: number): number {
  return total > 0 ? Math.floor((100 * done) / total) : 100;
}

/** Plain lines, for logs: one when the phase changes or when enough time has passed, never a flood. */
export function createLines(output: Pick<Output, 'note'>, now: () => number = Date.now): ProgressView {
  let lastPhase: string | null = null;
  let lastTime = Number.NEGATIVE_INFINITY;
  const line = (phase: string, text: () => string) => {
    const waited = now() - lastTime;
    if (waited < (phase === lastPhase ? LINE_INTERVAL_MS : PHASE_INTERVAL_MS)) return;
    lastPhase = phase;
    lastTime = now();
    output.note(text());
  };
  return {
    update: (progress) => line(progress.label, () => describeProgress(progress)),
    say: (node, message) => line(`loading ${node}`, () => oneLine(`${node}: ${message}`)),
    stop() {},
  };
}

/** One live line on a terminal; other lines of stderr scroll by above it. */
async function createBar(output: Output): Promise<ProgressView> {
  const { default: cliProgress } = await import('cli-progress');
  const bars: MultiBar = new cliProgress.MultiBar({
    stream: output.stderr,
    format: '[{bar}] {percentage} % {value}/{total} {left}{label}',
    barsize: 24,
    fps: 8,
    hideCursor: true,
    // The bar is cut at the terminal's width by the library; lines above it wrap as ever.
    linewrap: true,
    clearOnComplete: true,
    gracefulExit: false,
    forceRedraw: true,
    emptyOnZero: true,
  });
  let bar: SingleBar | null = null;
  const show = (done: number, total: number, payload: object) => {
    if (bar === null) bar = bars.create(total, done, payload);
    else {
      bar.setTotal(total);
      bar.update(done, payload);
    }
  };
  output.divertLines((line) => {
    if (bar === null) output.stderr.write(`${line}\n`);
    else bars.log(`${line}\n`);
  });
  let last = { done: 0, total: 0 };
  return {
    update(progress) {
      last = progress;
      const left = progress.etaMs === null ? '' : `${duration(progress.etaMs)} left `;
      show(progress.done, progress.total, { label: oneLine(progress.label), left });
    },
    say: (node, message) => show(last.done, last.total, { label: oneLine(`${node}: ${message}`), left: '' }),
    stop() {
      if (bar !== null) {
        // Lines that wait for the bar's next frame would be lost with it.
        bars.update();
        bars.stop();
      }
      output.divertLines(null);
    },
  };
}

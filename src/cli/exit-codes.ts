import type { RunSummary } from '../core/report/summary.ts';

/** What the exit status of `poq` means; the highest that applies wins, CANCELLED and USAGE stop at once. */
export const EXIT = {
  DONE: 0,
  INCOMPLETE: 1,
  USAGE: 2,
  GATE: 3,
  UNFINISHED: 4,
  CANCELLED: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface RunOutcome {
  summary: RunSummary;
  /** Rows and files that could not be read. */
  skippedRows: number;
  /** Models and evaluators that could not be used at all. */
  unusable: number;
  state: 'done' | 'cancelled' | 'failed';
}

/** The exit status of a run that came to its end or was cancelled. */
export function exitCodeOfRun({ summary, skippedRows, unusable, state }: RunOutcome): ExitCode {
  if (state === 'cancelled') return EXIT.CANCELLED;
  if (state === 'failed') return EXIT.UNFINISHED;
  if (summary.gates.some((gate) => !gate.pass)) return EXIT.GATE;
  const failures = [...summary.models, ...summary.evaluators].some((node) => node.errors > 0);
  return failures || skippedRows > 0 || unusable > 0 ? EXIT.INCOMPLETE : EXIT.DONE;
}

/** The table of exit codes as `--help` shows it. */
export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    done, but rows were skipped, or generations or scores failed
  2    usage, config or input error: nothing was run
  3    a gate failed
  4    could not finish: disk, lock, every model failed to load
  130  cancelled; what is complete is stored`;

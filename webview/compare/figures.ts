import { disagreement } from '../../src/core/report/row-order.ts';
import type { RunRows } from '../../src/core/report/rows.ts';

/** Figures of one sample out of a run's columns. Models by index. */

export const ABSENT = 0;
export const FAILED = 2;

export interface CellFigures {
  /** 0 not there yet, 1 answered, 2 failed. */
  state: number;
  /** In [0, 10]; null where unknown. */
  quality: number | null;
  truth: number | null;
  latencyMs: number | null;
  failedChecks: number;
}

const known = (x: number): number | null => (Number.isNaN(x) ? null : x);

export function cellOf(rows: RunRows, sample: number, model: number): CellFigures {
  const place = sample * rows.models.length + model;
  return {
    state: rows.state[place]!,
    quality: known(rows.quality[place]!),
    truth: known(rows.truth[place]!),
    latencyMs: known(rows.latencyMs[place]!),
    failedChecks: rows.failedChecks[place]!,
  };
}

/** Difference between the best and the worst quality of these models; null with fewer than two known ones. */
export const disagreementOf = (rows: RunRows, sample: number, models: number[]): number | null =>
  known(disagreement(rows, sample, models));

export function taskOf(rows: RunRows, sample: number): string | null {
  return rows.tasks[rows.task[sample]!] ?? null;
}

export function placeOf(rows: RunRows, sample: number): string {
  const file = rows.files[rows.file[sample]!] ?? '';
  const line = rows.line[sample]!;
  return line > 0 ? `${file}:${line}` : file;
}

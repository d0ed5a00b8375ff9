import type { RunRows } from './rows.ts';
import { FAILED } from './table.ts';

/**
 * Which samples of a run a list shows, and in which order. Both work on 100,000 samples within a frame or two: no
 * comparison function, no objects.
 */

export interface RowFilter {
  /** Ids of the models that are shown; all when absent. */
  models?: readonly string[];
  /** The one whose errors, checks and quality are asked about; any of those shown when absent. */
  model?: string | null;
  task?: string | null;
  tag?: string | null;
  file?: string | null;
  /** Part of the sample's id, whatever the case. */
  text?: string;
  onlyErrors?: boolean;
  onlyFailedChecks?: boolean;
  /** A quality, so the lowest one, is at most this, in [0, 10]. */
  maxQuality?: number | null;
  /** Best and worst quality are at least this far apart. */
  minDisagreement?: number | null;
}

/** The samples, by index and in the run's order, that meet every condition that is set. Unknown quality meets none. */
export function filterRows(rows: RunRows, filter: RowFilter): Uint32Array {
  const { onlyErrors, onlyFailedChecks } = filter;
  const models = modelIndices(rows, filter.models);
  const asked = isSet(filter.model) ? modelIndices(rows, [filter.model]) : models;
  const task = isSet(filter.task) ? rows.tasks.indexOf(filter.task) : null;
  const file = isSet(filter.file) ? rows.files.indexOf(filter.file) : null;
  const tagged = isSet(filter.tag) ? samplesWithTag(rows, filter.tag) : null;
  const text = filter.text?.toLowerCase() ?? '';
  const maxQuality = filter.maxQuality ?? null;
  const minDisagreement = filter.minDisagreement ?? null;
  const any = (sample: number, holds: (place: number) => boolean) => {
    const first = sample * rows.models.length;
    for (const model of asked) if (holds(first + model)) return true;
    return false;
  };
  const found = new Uint32Array(rows.samples.length);
  let count = 0;
  for (let sample = 0; sample < found.length; sample++) {
    // The index -1 of a name that the run does not have is also that of samples without one.
    if (task !== null && (task < 0 || rows.task[sample] !== task)) continue;
    if (file !== null && (file < 0 || rows.file[sample] !== file)) continue;
    if (tagged !== null && tagged[sample] === 0) continue;
    if (onlyErrors && !any(sample, (place) => rows.state[place] === FAILED)) continue;
    if (onlyFailedChecks && !any(sample, (place) => rows.failedChecks[place]! > 0)) continue;
    // Written so that NaN, which compares as false, is left out.
    if (maxQuality !== null && !any(sample, (place) => rows.quality[place]! <= maxQuality)) continue;
    if (minDisagreement !== null && !(disagreement(rows, sample, models) >= minDisagreement)) continue;
    if (text !== '' && !rows.samples[sample]!.toLowerCase().includes(text)) continue;
    found[count++] = sample;
  }
  return found.slice(0, count);
}

/**
 * `file`: by file and line. `disagreement`, `lowest` (quality), `latency` (the highest) and `truth` (the lowest) are
 * over the models that are shown; the last one is the quality of one model.
 */
export type RowSort = 'file' | 'disagreement' | 'lowest' | 'latency' | 'truth' | { model: string; by: 'quality' };

/** The samples in order; equals keep theirs, unknown values come last either way. `models`: those shown, all when absent. */
export function sortRows(
  rows: RunRows,
  indices: Uint32Array,
  by: RowSort,
  descending: boolean,
  models?: readonly string[],
): Uint32Array {
  return ordered(indices, sortKey(rows, by, modelIndices(rows, models)), descending);
}

function sortKey(rows: RunRows, by: RowSort, models: readonly number[]): (sample: number) => number {
  if (typeof by === 'object') {
    const model = rows.models.indexOf(by.model);
    return (sample) => (model < 0 ? Number.NaN : rows.quality[sample * rows.models.length + model]!);
  }
  // One number for both: lines are below 2^32.
  if (by === 'file') return (sample) => rows.file[sample]! * 2 ** 32 + rows.line[sample]!;
  if (by === 'disagreement') return (sample) => disagreement(rows, sample, models);
  if (by === 'latency') return (sample) => extreme(rows, rows.latencyMs, sample, models, 1);
  return (sample) => extreme(rows, by === 'truth' ? rows.truth : rows.quality, sample, models, -1);
}

/** Best minus worst quality of a sample over the models, all by index; NaN where fewer than two are known. */
export function disagreement(rows: RunRows, sample: number, models: readonly number[]): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let known = 0;
  for (const model of models) {
    const quality = rows.quality[sample * rows.models.length + model]!;
    if (Number.isNaN(quality)) continue;
    if (quality < low) low = quality;
    if (quality > high) high = quality;
    known++;
  }
  return known < 2 ? Number.NaN : high - low;
}

/** The highest (`sign` 1) or lowest (-1) known value over the models; NaN without any. */
function extreme(rows: RunRows, values: Float64Array, sample: number, models: readonly number[], sign: 1 | -1): number {
  let best = Number.NaN;
  for (const model of models) {
    const value = values[sample * rows.models.length + model]!;
    if (!Number.isNaN(value) && !(sign * value <= sign * best)) best = value;
  }
  return best;
}

/**
 * Stable order by a key. The keys are sorted as plain numbers, which is many times faster than with a comparison
 * function; each sample then takes the next free place among its equals.
 */
function ordered(indices: Uint32Array, key: (sample: number) => number, descending: boolean): Uint32Array {
  const sign = descending ? -1 : 1;
  const keys = new Float64Array(indices.length);
  const sorted = new Float64Array(indices.length);
  let known = 0;
  for (let i = 0; i < indices.length; i++) {
    const value = sign * key(indices[i]!);
    keys[i] = value;
    if (!Number.isNaN(value)) sorted[known++] = value;
  }
  sorted.subarray(0, known).sort();
  const taken = new Uint32Array(known);
  const result = new Uint32Array(indices.length);
  let unknown = known;
  for (let i = 0; i < indices.length; i++) {
    const value = keys[i]!;
    if (Number.isNaN(value)) {
      result[unknown++] = indices[i]!;
      continue;
    }
    const first = lowerBound(sorted, known, value);
    result[first + taken[first]!++] = indices[i]!;
  }
  return result;
}

/** Index of the first of the `count` ascending values that is not smaller. */
function lowerBound(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function samplesWithTag(rows: RunRows, name: string): Uint8Array {
  const found = new Uint8Array(rows.samples.length);
  const tag = rows.tags.indexOf(name);
  for (let sample = 0; sample < found.length; sample++) {
    for (let at = rows.tagStart[sample]!; at < rows.tagStart[sample + 1]!; at++) {
      if (rows.tagList[at] === tag) found[sample] = 1;
    }
  }
  return found;
}

function modelIndices(rows: RunRows, models: readonly string[] | undefined): number[] {
  const all = rows.models.map((_, i) => i);
  return models ? all.filter((i) => models.includes(rows.models[i]!)) : all;
}

const isSet = (name: string | null | undefined): name is string => name !== null && name !== undefined;

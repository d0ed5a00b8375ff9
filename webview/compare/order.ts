import type { RunRows } from '../../src/core/report/rows.ts';
import { disagreementOf, FAILED } from './figures.ts';
import type { CompareFilters, CompareSort } from './state.ts';

/** All samples in the order asked for; without a figure to go by they come last, and equals stay as in the files. */
export function orderedBy(rows: RunRows, sort: CompareSort, model: string | null, models: number[]): Uint32Array {
  const order = Uint32Array.from(rows.samples, (_, i) => i);
  if (sort === 'file') return order;
  const of = model === null ? models : [rows.models.indexOf(model)];
  const key = Float64Array.from(rows.samples, (_, sample) => keyOf(rows, sample, sort, of, models));
  return order.sort((a, b) => key[a]! - key[b]! || a - b);
}

function keyOf(rows: RunRows, sample: number, sort: CompareSort, of: number[], models: number[]): number {
  if (sort === 'disagreement') return -(disagreementOf(rows, sample, models) ?? -1);
  const column = { lowest: rows.quality, latency: rows.latencyMs, truth: rows.truth, file: rows.quality }[sort];
  let key = Number.POSITIVE_INFINITY;
  for (const model of of) {
    const value = column[sample * rows.models.length + model]!;
    const signed = sort === 'latency' ? -value : value;
    if (signed < key) key = signed;
  }
  return key;
}

/** Those of the samples that pass all filters, in the same order. */
export function passing(rows: RunRows, samples: Uint32Array, filters: CompareFilters, models: number[]): Uint32Array {
  const of = filters.model === null ? models : [rows.models.indexOf(filters.model)];
  const text = filters.text.trim().toLowerCase();
  const task = filters.task === null ? -1 : rows.tasks.indexOf(filters.task);
  const file = filters.file === null ? -1 : rows.files.indexOf(filters.file);
  const tag = filters.tag === null ? -1 : rows.tags.indexOf(filters.tag);
  const anyOf = (sample: number, test: (place: number) => boolean) =>
    of.some((model) => test(sample * rows.models.length + model));
  return samples.filter(
    (sample) =>
      (task < 0 || rows.task[sample] === task) &&
      (file < 0 || rows.file[sample] === file) &&
      (tag < 0 || hasTag(rows, sample, tag)) &&
      (text === '' || rows.samples[sample]!.toLowerCase().includes(text)) &&
      (!filters.errors || anyOf(sample, (place) => rows.state[place] === FAILED)) &&
      (!filters.failedChecks || anyOf(sample, (place) => rows.failedChecks[place]! > 0)) &&
      (filters.maxQuality >= 10 || anyOf(sample, (place) => rows.quality[place]! <= filters.maxQuality)) &&
      (filters.minDisagreement <= 0 || (disagreementOf(rows, sample, models) ?? -1) >= filters.minDisagreement),
  );
}

function hasTag(rows: RunRows, sample: number, tag: number): boolean {
  for (let i = rows.tagStart[sample]!; i < rows.tagStart[sample + 1]!; i++) if (rows.tagList[i] === tag) return true;
  return false;
}

import { filterRows, sortRows } from '../../src/core/report/row-order.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import { type CompareFilters, type CompareSort, NO_FILTERS } from './state.ts';

/** All samples in the order asked for. `shown`: ids of the models; `model`: the one that is asked about, if any. */
export function orderedBy(
  rows: RunRows,
  sort: CompareSort,
  model: string | null,
  shown: readonly string[],
): Uint32Array {
  const all = Uint32Array.from(rows.samples, (_, i) => i);
  const descending = sort === 'disagreement' || sort === 'latency';
  const models = model === null || sort === 'disagreement' ? shown : [model];
  return sortRows(rows, all, sort, descending, models);
}

/** Those of the samples that pass the filters, in the same order: what a filter costs has no sorting in it. */
export function passing(
  rows: RunRows,
  ordered: Uint32Array,
  filters: CompareFilters,
  shown: readonly string[],
): Uint32Array {
  const { minDisagreement, maxQuality } = filters;
  const found = filterRows(rows, {
    models: shown,
    model: filters.model,
    task: filters.task,
    tag: filters.tag,
    file: filters.file,
    text: filters.text.trim(),
    onlyErrors: filters.errors,
    onlyFailedChecks: filters.failedChecks,
    minDisagreement: minDisagreement === NO_FILTERS.minDisagreement ? null : minDisagreement,
    maxQuality: maxQuality === NO_FILTERS.maxQuality ? null : maxQuality,
  });
  if (found.length === ordered.length) return ordered;
  const passes = new Uint8Array(ordered.length);
  for (const sample of found) passes[sample] = 1;
  let at = 0;
  for (const sample of ordered) if (passes[sample] === 1) found[at++] = sample;
  return found;
}

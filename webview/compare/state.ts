import * as z from 'zod';
import type { RunRows } from '../../src/core/report/rows.ts';
import type { CompareRequest } from '../app-state.ts';

/** What the Compare tab keeps over hiding, moving and reloading: plain data, checked when it comes back. */

const SORTS = ['file', 'disagreement', 'lowest', 'latency', 'truth'] as const;
export type CompareSort = (typeof SORTS)[number];

const filters = z.object({
  /** Part of the sample's id. */
  text: z.string(),
  task: z.string().nullable(),
  tag: z.string().nullable(),
  file: z.string().nullable(),
  /** The model that `errors`, `failedChecks` and `maxQuality` ask about, and that the list is sorted by; null: any. */
  model: z.string().nullable(),
  errors: z.boolean(),
  failedChecks: z.boolean(),
  /** Least difference between the best and the worst answer, in [0, 10]; 0 leaves it out. */
  minDisagreement: z.number().min(0).max(10),
  /** The lowest quality is at most this, in [0, 10]; 10 leaves it out. */
  maxQuality: z.number().min(0).max(10),
});
export type CompareFilters = z.output<typeof filters>;

export const NO_FILTERS: CompareFilters = {
  text: '',
  task: null,
  tag: null,
  file: null,
  model: null,
  errors: false,
  failedChecks: false,
  minDisagreement: 0,
  maxQuality: 10,
};

const compareState = z.object({
  filters,
  sort: z.enum(SORTS),
  /** The models whose answers are shown; null: all. */
  models: z.array(z.string()).nullable(),
  /** A sample id. */
  selected: z.string().nullable(),
  /** What answers are compared with, word by word: nothing, the reference, or the answer of this model. */
  diff: z.object({ to: z.enum(['nothing', 'reference', 'model']), model: z.string().nullable() }),
  promptOpen: z.boolean(),
});
export type CompareState = z.output<typeof compareState>;

export const FIRST_STATE: CompareState = {
  filters: NO_FILTERS,
  sort: 'file',
  models: null,
  selected: null,
  diff: { to: 'reference', model: null },
  promptOpen: false,
};

/** Whether what was kept can be taken as it is; not so after an update that changed its shape. */
export const isCompareState = (kept: unknown): kept is CompareState => compareState.safeParse(kept).success;

/** The state that another tab asks for: the samples that a model does worst on, those of a task, or one sample. */
export function requested({ model, task, only, sample }: CompareRequest, state: CompareState): Partial<CompareState> {
  if (model === undefined && task === undefined) {
    return sample === undefined ? {} : { selected: sample, filters: NO_FILTERS };
  }
  const hidden = model !== undefined && state.models !== null && !state.models.includes(model);
  return {
    filters: {
      ...NO_FILTERS,
      model: model ?? null,
      task: task ?? null,
      errors: only === 'errors',
      failedChecks: only === 'failedChecks',
    },
    sort: model === undefined ? state.sort : only === 'slowest' ? 'latency' : 'lowest',
    models: hidden ? [...state.models!, model] : state.models,
    selected: sample ?? null,
  };
}

type Names = Pick<RunRows, 'tasks' | 'tags' | 'files' | 'models'>;

/** Filters and differences without those that name what this run does not have: they were chosen for another run. */
export function fitting(
  { filters, diff }: Pick<CompareState, 'filters' | 'diff'>,
  rows: Names,
): Pick<CompareState, 'filters' | 'diff'> {
  const known = (value: string | null, all: string[]) => (value !== null && all.includes(value) ? value : null);
  return {
    filters: {
      ...filters,
      task: known(filters.task, rows.tasks),
      tag: known(filters.tag, rows.tags),
      file: known(filters.file, rows.files),
      model: known(filters.model, rows.models),
    },
    diff: diff.to === 'model' && known(diff.model, rows.models) === null ? FIRST_STATE.diff : diff,
  };
}

/** Indexes of the chosen models; of all where none of them is in this run. */
export function chosenModels(all: string[], chosen: string[] | null): number[] {
  const indexes = all.flatMap((id, i) => (chosen === null || chosen.includes(id) ? [i] : []));
  return indexes.length > 0 ? indexes : all.map((_, i) => i);
}

/** How many filters are set. */
export function activeFilters(filters: CompareFilters): number {
  return Object.entries(NO_FILTERS).filter(([name, off]) => filters[name as keyof CompareFilters] !== off).length;
}

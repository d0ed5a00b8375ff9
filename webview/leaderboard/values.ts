import type { RankedModel } from '../../src/core/report/render/columns.ts';
import type { CsvValue } from '../../src/core/report/render/csv.ts';
import type { CompareRequest } from '../app-state.ts';

/** What is behind the leaderboard's cells: values with all their digits, and where a cell leads to. By the columns' keys. */

const VALUES: Record<string, (row: RankedModel) => CsvValue> = {
  rank: (r) => r.rank,
  model: (r) => r.model.id,
  reward: (r) => r.model.reward.mean,
  quality: (r) => r.model.quality.mean,
  truth: (r) => r.model.truth.f1,
  p50: (r) => r.model.latencyMs.p50,
  p95: (r) => r.model.latencyMs.p95,
  ttft: (r) => r.model.ttftMs.p50,
  speed: (r) => r.model.tokensPerSecond,
  qualityPerMs: (r) => r.model.qualityPerMs,
  cost: (r) => r.model.normalizedCost,
  tokens: (r) => r.model.cost.tokens,
  money: (r) => r.model.cost.money,
  energy: (r) => r.model.cost.energy,
  checks: ({ model: { checks } }) => (checks.total === 0 ? null : checks.passed / checks.total),
  errors: (r) => r.model.errors,
};

export function leaderboardValue(row: RankedModel, column: string): CsvValue | undefined {
  return VALUES[column]?.(row);
}

/** Which samples a cell's figure comes from, where not simply from all of the model's. */
export function leaderboardPlace(
  { model }: RankedModel,
  column: string,
): { label: string; request: CompareRequest } | undefined {
  const { id, errors, checks } = model;
  if (column === 'errors' && errors > 0) return { label: 'show the failures', request: { model: id, only: 'errors' } };
  if (column === 'checks' && checks.passed < checks.total)
    return { label: 'show the failed checks', request: { model: id, only: 'failedChecks' } };
  if ((column === 'p95' || column === 'p50') && model.latencyMs.count > 0)
    return { label: 'show the slowest answers', request: { model: id, only: 'slowest' } };
  return undefined;
}

/** The columns by task are called `<task> quality`, `<task> f1` and `<task> n`. */
export function taskOfColumn(column: string): { task: string; figure: string } | null {
  const [, task, figure] = /^(.*) (quality|f1|n)$/s.exec(column) ?? [];
  return task === undefined || figure === undefined ? null : { task, figure };
}

export function taskValue({ model }: RankedModel, column: string): CsvValue | undefined {
  const of = taskOfColumn(column);
  if (of === null) return column === 'model' ? model.id : undefined;
  const figures = Object.hasOwn(model.byTask, of.task) ? model.byTask[of.task] : undefined;
  if (!figures) return null;
  if (of.figure === 'quality') return figures.quality.mean;
  return of.figure === 'f1' ? figures.f1 : figures.samples;
}

import type { CsvValue } from '../../src/core/report/render/csv.ts';
import type { EvaluatorSummary } from '../../src/core/report/summary.ts';

/** What is behind the table's cells, with all digits, by the columns' keys. */
const VALUES: Record<string, (evaluator: EvaluatorSummary) => CsvValue> = {
  evaluator: (e) => e.id,
  kind: (e) => e.kind,
  truth: (e) => e.truthPearson.pooled,
  within: (e) => e.truthPearson.withinModel,
  quality: (e) => e.quality.mean,
  p50: (e) => e.latencyMs.p50,
  p95: (e) => e.latencyMs.p95,
  closeness: (e) => e.closeness,
  cost: (e) => e.normalizedCost,
  reward: (e) => e.reward.mean,
  samples: (e) => e.samples,
  skipped: (e) => e.skipped,
  errors: (e) => e.errors,
};

/** Undefined for a column whose text is all there is. */
export function evaluatorValue(evaluator: EvaluatorSummary, column: string): CsvValue | undefined {
  return VALUES[column]?.(evaluator);
}

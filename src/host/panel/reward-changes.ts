import { l10n } from 'vscode';
import type { Config } from '../../core/config.ts';
import { digits3, duration, plain } from '../../core/report/render/format.ts';
import type { ModelSummary } from '../../core/report/summary.ts';
import type { ConfigChange } from '../workspace/config-changes.ts';

export const weightChanges = ({ alpha, beta }: { alpha: number; beta: number }): ConfigChange[] => [
  { path: ['reward', 'models', 'alpha'], value: alpha },
  { path: ['reward', 'models', 'beta'], value: beta },
];

export const budgetChanges = (budget: number): ConfigChange[] => [
  { path: ['reward', 'models', 'cost', 'normalize'], value: { budget } },
];

type CostKind = Config['reward']['models']['cost']['of'];

/**
 * A budget that leaves room for every model of a run: twice the highest p95 latency, else twice the highest mean cost,
 * rounded to two digits. Null where no model's cost is known.
 */
export function proposeBudget(models: ModelSummary[], of: CostKind): { budget: number; why: string } | null {
  const costs = models
    .map((model) => ({ id: model.id, cost: of === 'latency' ? model.latencyMs.p95 : model.cost[of] }))
    .filter((model): model is { id: string; cost: number } => model.cost !== null && model.cost > 0);
  if (costs.length === 0) return null;
  const { id, cost } = costs.reduce((a, b) => (b.cost > a.cost ? b : a));
  const budget = Number((2 * cost).toPrecision(2));
  return { budget, why: reason(of, budget, cost, id) };
}

function reason(of: CostKind, budget: number, cost: number, id: string): string {
  if (of === 'latency')
    return l10n.t(
      'A latency of {0} now costs 1: twice the p95 of {1} ({2}), the slowest model of this run.',
      duration(budget),
      id,
      duration(cost),
    );
  const unit = { tokens: l10n.t('tokens'), money: l10n.t('currency units'), energy: l10n.t('joules') }[of];
  return l10n.t(
    'A generation of {0} {1} now costs 1: twice the mean of {2} ({3}), the dearest model of this run.',
    plain(budget),
    unit,
    id,
    digits3(cost),
  );
}

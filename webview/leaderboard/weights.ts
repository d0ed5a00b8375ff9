import type { RunSummary } from '../../src/core/report/summary.ts';
import { reweigh } from '../../src/core/report/weighing.ts';
import type { Weights } from '../../src/core/reward/reward.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { app } from '../app-state.ts';
import { isNumber, keep, kept } from '../kept.ts';
import { useStore } from '../store.ts';

/** Alpha and beta that the sliders say, for the run that is shown. Null: those that the run was made with. */

interface KeptWeights extends Weights {
  run: string;
}

const isKeptWeights = (value: unknown): value is KeptWeights | null => {
  if (value === null) return true;
  const { run, alpha, beta } = (value ?? {}) as Partial<KeptWeights>;
  return typeof run === 'string' && isNumber(alpha) && isNumber(beta) && alpha >= 0 && beta >= 0;
};

export function useWeights(report: PanelReport): {
  weights: Weights;
  changed: boolean;
  set(next: Weights | null): void;
} {
  const { key } = report.run;
  const { alpha, beta } = report.reward.models;
  const chosen = useStore(app, (s) => s.weights) ?? kept<KeptWeights | null>('weights', null, isKeptWeights);
  const weights = chosen?.run === key ? { alpha: chosen.alpha, beta: chosen.beta } : { alpha, beta };
  return {
    weights,
    changed: weights.alpha !== alpha || weights.beta !== beta,
    set: (next) => {
      const keeping = next && { ...next, run: key };
      app.set({ weights: keeping });
      keep('weights', keeping);
    },
  };
}

/** The summary as it would be under other weights: rewards, ranks and verdicts. */
export function reweighed({ summary, weighing, reward }: PanelReport, weights: Weights): RunSummary {
  if (weights.alpha === reward.models.alpha && weights.beta === reward.models.beta) return summary;
  const { models, pairs } = reweigh(weighing, weights);
  return {
    ...summary,
    models: models.flatMap((rewarded) => {
      const model = summary.models.find(({ id }) => id === rewarded.id);
      return model ? [{ ...model, reward: rewarded.reward, rewardNote: rewarded.rewardNote }] : [];
    }),
    pairs,
  };
}

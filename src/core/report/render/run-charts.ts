import type { RewardConfig } from '../../config.ts';
import type { ModelSummary, RunSummary } from '../summary.ts';
import type { Unit } from './charts/frame.ts';
import { intervalChart } from './charts/intervals.ts';
import { latencyChart } from './charts/latency.ts';
import type { MarkOf } from './charts/marks.ts';
import { scatterChart } from './charts/scatter.ts';
import type { Markup } from './markup.ts';

/** The charts of a run, the same in the HTML report and in the panel. */

export interface RunChart {
  /** Names the chart: also its id in the page, and the file it is saved to. */
  key: 'scatter' | 'latency' | 'reward' | 'truth';
  title: string;
  chart: Markup;
  /** The models behind the chart's `data-index`. */
  models: string[];
}

export interface RunChartsInput {
  summary: RunSummary;
  reward: RewardConfig;
  /** Fresh latencies in milliseconds, per model. */
  latencies: readonly { model: string; values: ArrayLike<number> }[];
  /** Of each chart, in pixels; 320 at least. */
  width?: number;
}

const KEYS: readonly RunChart['key'][] = ['scatter', 'latency', 'reward', 'truth'];

/** Those of the wanted charts for which there is data. */
export function runCharts(input: RunChartsInput, marks: MarkOf, wanted = KEYS): RunChart[] {
  if (input.summary.models.length === 0) return [];
  return wanted.flatMap((key) => MAKERS[key](input, marks) ?? []);
}

const MAKERS: Record<RunChart['key'], (input: RunChartsInput, marks: MarkOf) => RunChart | null> = {
  scatter: ({ summary, reward, width }, marks) => {
    const cost = costOf(reward);
    const points = summary.models.flatMap((m) => {
      const value = cost.of(m);
      return value === null ? [] : [{ id: m.id, cost: value, quality: m.quality, pareto: m.pareto }];
    });
    if (points.every((p) => p.quality.mean === null)) return null;
    const title = `Quality against ${cost.title.toLowerCase()}; dashed: the Pareto front`;
    const { title: costTitle, unit: costUnit } = cost;
    const chart = scatterChart({ id: 'scatter', title, points, costTitle, costUnit, marks, width });
    return { key: 'scatter', title, chart, models: points.map((p) => p.id) };
  },
  latency: ({ summary: { models }, latencies, width }, marks) => {
    const rows = models.map(({ id, latencyMs: { p50, p95, count } }) => ({
      model: id,
      values: latencies.find((l) => l.model === id)?.values ?? [],
      p50,
      p95,
      count,
    }));
    if (rows.every((row) => row.values.length === 0)) return null;
    return {
      key: 'latency',
      title: 'Latency of every generation, with p50 and p95',
      chart: latencyChart({ id: 'latency', title: 'Latency of every generation', rows, marks, width }),
      models: idsOf(models),
    };
  },
  reward: ({ summary: { models, intervals }, width }, marks) => {
    if (models.every((m) => m.reward.mean === null)) return null;
    const chart = intervalChart({
      id: 'reward',
      title: 'Reward of the models',
      axisTitle: intervals.resamples > 0 ? 'Reward, 95 % interval' : 'Reward',
      rows: models.map((m) => ({ id: m.id, estimate: m.reward, note: m.rewardNote ?? undefined })),
      marks,
      width,
    });
    return { key: 'reward', title: 'Reward', chart, models: idsOf(models) };
  },
  truth: ({ summary: { models }, width }, marks) => {
    const noTruth = models.every((m) => m.truth.f1 === null);
    const title = noTruth ? 'Quality' : 'Quality (filled, with interval) and truth F1 (ring)';
    const chart = intervalChart({
      id: 'truth',
      title,
      axisTitle: 'From 0 to 10',
      otherTitle: 'truth F1',
      domain: [0, 10],
      rows: models.map((m) => ({ id: m.id, estimate: m.quality, other: m.truth.f1 })),
      marks,
      width,
    });
    return { key: 'truth', title, chart, models: idsOf(models) };
  },
};

const idsOf = (models: ModelSummary[]) => models.map((m) => m.id);

/** The cost that the reward uses, in its own unit. */
function costOf(reward: RewardConfig): { title: string; unit: Unit; of: (m: ModelSummary) => number | null } {
  const titles = { tokens: 'Tokens per answer', money: 'Money per answer', energy: 'Joules per answer' };
  const { of } = reward.models.cost;
  if (of === 'latency') return { title: 'Mean latency', unit: 'duration', of: (m) => m.latencyMs.mean };
  return { title: titles[of], unit: 'number', of: (m) => m.cost[of] };
}

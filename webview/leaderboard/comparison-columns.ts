import type { ModelChange, RunComparison } from '../../src/core/report/comparison.ts';
import type { Cell, Column } from '../../src/core/report/render/columns.ts';
import type { CsvValue } from '../../src/core/report/render/csv.ts';
import {
  about,
  count,
  decimalsFor,
  duration,
  fixed,
  quality,
  range,
  UNKNOWN,
} from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { Estimate } from '../../src/core/report/summary.ts';

/** The table of a run against the baseline. */

const signed = (x: number, text: string) => (x > 0 ? `+${text}` : text);

function change(e: Estimate, decimals: number): Cell {
  if (e.mean === null) return { text: UNKNOWN, tone: 'dim' };
  return { text: signed(e.mean, fixed(e.mean, decimals)), aside: e.low === null ? '' : range(e, decimals) };
}

function latencyChange(e: Estimate): Cell {
  if (e.mean === null) return { text: UNKNOWN, tone: 'dim' };
  const aside = e.low === null ? '' : `${duration(e.low)} to ${duration(e.high)}`;
  return { text: signed(e.mean, duration(e.mean)), aside };
}

function verdict({ verdict, on, samplesToDecide }: ModelChange): Cell {
  if (verdict === 'better') return { text: `better in ${on}`, tone: 'good' };
  if (verdict === 'worse') return { text: `worse in ${on}`, tone: 'bad' };
  const aside = samplesToDecide === null ? '' : `about ${about(samplesToDecide)} samples would decide it`;
  return { text: `${on}: not decided`, aside, tone: 'dim' };
}

/** Columns for those who ask for them: what they say stands in the others, as a change. */
export const COMPARISON_DETAILS = ['reward', 'latency', 'samples'];

export function comparisonColumns({ models }: RunComparison): Column<ModelChange>[] {
  const rewards = decimalsFor(models.map((m) => m.reward));
  const qualities = decimalsFor(models.map((m) => m.quality));
  const column = (key: string, title: string, cell: (m: ModelChange) => Cell, numeric = true): Column<ModelChange> => ({
    key,
    title,
    short: title,
    numeric,
    drop: 0,
    cell,
  });
  const fromTo = (before: string, after: string): Cell => ({ text: `${before} → ${after}` });
  return [
    column('model', 'Model', (m) => ({ text: oneLine(m.id) }), false),
    column('verdict', 'Verdict', verdict, false),
    column('quality', 'Quality', (m) => fromTo(quality(m.before.quality), quality(m.after.quality))),
    column('qualityChange', 'Quality change', (m) => change(m.quality, qualities)),
    column('reward', 'Reward', (m) => fromTo(fixed(m.before.reward, rewards), fixed(m.after.reward, rewards))),
    column('rewardChange', 'Reward change', (m) => change(m.reward, rewards)),
    column('latency', 'Mean latency', (m) => fromTo(duration(m.before.latencyMs), duration(m.after.latencyMs))),
    column('latencyChange', 'Latency change', (m) => latencyChange(m.latencyMs)),
    column('samples', 'Samples', (m) => ({ text: count(m.samples) })),
  ];
}

const VALUES: Record<string, (m: ModelChange) => CsvValue> = {
  model: (m) => m.id,
  quality: (m) => m.after.quality,
  qualityChange: (m) => m.quality.mean,
  reward: (m) => m.after.reward,
  rewardChange: (m) => m.reward.mean,
  latency: (m) => m.after.latencyMs,
  latencyChange: (m) => m.latencyMs.mean,
  samples: (m) => m.samples,
};

export function comparisonValue(row: ModelChange, column: string): CsvValue | undefined {
  return VALUES[column]?.(row);
}

/** The whole comparison with all its digits. */
export function comparisonRows({ models }: RunComparison): CsvValue[][] {
  const estimate = (name: string) => [`${name}_change`, `${name}_change_low`, `${name}_change_high`];
  const titles = [
    ...['model', 'samples', 'quality_before', 'quality_after', ...estimate('quality')],
    ...['reward_before', 'reward_after', ...estimate('reward'), 'reward_note'],
    ...[
      'latency_ms_before',
      'latency_ms_after',
      ...estimate('latency_ms'),
      'verdict',
      'verdict_on',
      'samples_to_decide',
    ],
  ];
  const figures = (e: Estimate) => [e.mean, e.low, e.high];
  return [
    titles,
    ...models.map((m): CsvValue[] => [
      ...[m.id, m.samples, m.before.quality, m.after.quality, ...figures(m.quality)],
      ...[m.before.reward, m.after.reward, ...figures(m.reward), m.rewardNote],
      ...[m.before.latencyMs, m.after.latencyMs, ...figures(m.latencyMs), m.verdict, m.on, m.samplesToDecide],
    ]),
  ];
}

import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/core/config.ts';
import { paretoFront } from '../../../src/core/report/pareto.ts';
import { samplesToDecide, verdictOf } from '../../../src/core/report/verdict.ts';
import { Rng } from '../../../src/core/stats/rng.ts';
import { answer, configOf, sample, score, summarize } from './builders.ts';
import type { Rows } from './reference.ts';

/** Two models with the given qualities per sample; null is a missing generation. */
function pairOf(a: (number | null)[], b: (number | null)[], over: Partial<ConfigInput> = {}, groups?: string[]) {
  const rows: Rows = { samples: [], generations: [], scores: [] };
  for (const [i] of a.entries()) {
    rows.samples.push(sample(`s${i}`, { group: groups?.[i] ?? null }));
    for (const [model, quality] of [['a', a[i]] as const, ['b', b[i]] as const]) {
      if (quality === null || quality === undefined) continue;
      rows.generations.push(answer(`s${i}`, model));
      rows.scores.push(score(`s${i}`, model, 'sts', quality));
    }
  }
  const summary = summarize(configOf({ modelIds: ['a', 'b'], ...over }), rows);
  return { pair: summary.pairs[0]!, summary };
}

describe('pairs', () => {
  it('are decided by the paired difference, however much samples differ among themselves', () => {
    const rng = Rng.stream(1);
    const hard = Array.from({ length: 40 }, () => rng.nextInt(9));
    const a = hard.map((q, i) => q + 0.3 + 0.2 * (i % 3));
    const { pair, summary } = pairOf(a, hard);
    expect(pair.verdict).toBe('a');
    expect(pair.samplesToDecide).toBeNull();
    // Each alone is far less certain than their difference.
    const [first] = summary.models;
    expect(first!.quality.high! - first!.quality.low!).toBeGreaterThan(4 * (pair.quality.high! - pair.quality.low!));
    const mirrored = pairOf(hard, a).pair;
    expect(mirrored.verdict).toBe('b');
  });

  it('leave identical models undecided', () => {
    const { pair } = pairOf([3, 5, 7], [3, 5, 7]);
    expect(pair).toMatchObject({ verdict: 'undecided', samplesToDecide: null, samples: 3 });
    expect(pair.quality).toEqual({ mean: 0, low: 0, high: 0 });
    expect(pair.reward).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it('compare only the samples that both have', () => {
    const { pair } = pairOf([8, 6, 4, null, 9], [5, 5, null, 1, 7]);
    expect(pair.samples).toBe(3);
    expect(pair.quality.mean).toBeCloseTo((3 + 1 + 2) / 3, 12);
    const nothing = pairOf([8, null], [null, 5]).pair;
    expect(nothing).toMatchObject({ samples: 0, verdict: 'undecided' });
    expect(nothing.quality.mean).toBeNull();
  });

  it('say how many samples would decide a difference as large as the one seen', () => {
    const a = Array.from({ length: 30 }, (_, i) => [5, 7, 3, 6][i % 4]!);
    const b = Array.from({ length: 30 }, (_, i) => [6, 5, 4, 4][i % 4]!);
    const { pair } = pairOf(a, b);
    const differences = a.map((x, i) => x - b[i]!);
    const mean = differences.reduce((x, y) => x + y) / 30;
    const sd = Math.sqrt(differences.reduce((x, y) => x + (y - mean) ** 2, 0) / 29);
    const textbook = ((1.959964 * sd) / mean) ** 2;
    expect(pair.verdict).toBe('undecided');
    expect(pair.samplesToDecide! / textbook).toBeGreaterThan(0.9);
    expect(pair.samplesToDecide! / textbook).toBeLessThan(1.1);
    // By hand: 100 samples, standard error 1, difference 0.5: 100 * (1.96 / 0.5)^2 = 1536.6.
    const estimate = { mean: 0.5, low: -1.5, high: 2.5, standardError: 1 };
    expect(samplesToDecide(estimate, 100)).toBe(1537);
    expect(samplesToDecide({ ...estimate, mean: -0.5 }, 100)).toBe(1537);
    expect(samplesToDecide({ ...estimate, mean: 0 }, 100)).toBeNull();
    expect(samplesToDecide({ ...estimate, low: 0.1 }, 100)).toBeNull();
    expect(samplesToDecide({ ...estimate, low: null, high: null, standardError: null }, 1)).toBeNull();
    // Never fewer than there are: these did not decide it.
    expect(samplesToDecide({ ...estimate, standardError: 0.2 }, 100)).toBe(101);
  });

  it('treat an interval that touches 0 as holding it', () => {
    expect(verdictOf({ low: 0, high: 1 })).toBe('undecided');
    expect(verdictOf({ low: -1, high: 0 })).toBe('undecided');
    expect(verdictOf({ low: 1e-9, high: 1 })).toBe('a');
    expect(verdictOf({ low: -1, high: -1e-9 })).toBe('b');
    expect(verdictOf({ low: null, high: null })).toBe('undecided');
  });

  it('are less certain when samples hang together in groups', () => {
    const a = Array.from({ length: 40 }, (_, i) => (Math.floor(i / 10) % 2 === 0 ? 8 : 4));
    const b = a.map(() => 5.5);
    const width = ({ low, high }: { low: number | null; high: number | null }) => high! - low!;
    const alone = pairOf(a, b);
    const groups = a.map((_, i) => `paragraph ${Math.floor(i / 10)}`);
    const grouped = pairOf(a, b, {}, groups);
    expect(alone.summary.intervals.unit).toBe('sample');
    expect(grouped.summary.intervals.unit).toBe('group');
    expect(width(grouped.pair.quality)).toBeGreaterThan(2 * width(alone.pair.quality));
    expect(grouped.pair.verdict).toBe('undecided');
  });

  it('are about quality where a reward is not known', () => {
    const reward = { models: { cost: { of: 'money' } } } as const;
    const { pair } = pairOf([8, 9, 8, 9], [1, 2, 3, 1], { reward });
    expect(pair).toMatchObject({ on: 'quality', verdict: 'a', reward: { mean: null, low: null, high: null } });
  });
});

describe('paretoFront', () => {
  it('keeps what nothing else beats, equals together, unknowns never', () => {
    const nodes = [
      { quality: 8, cost: 100 },
      { quality: 8, cost: 100 },
      { quality: 8, cost: 120 },
      { quality: 7, cost: 100 },
      { quality: 9, cost: 300 },
      { quality: 3, cost: 10 },
      { quality: null, cost: 1 },
      { quality: 10, cost: null },
    ];
    expect(paretoFront(nodes)).toEqual([true, true, false, false, true, true, false, false]);
    expect(paretoFront([])).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { winnersByAlpha, winnersByBeta } from '../../../src/core/report/winners.ts';

const model = (id: string, quality: number | null, cost: number | null, errors = 0) => ({
  id,
  samples: 10,
  errors,
  quality: { mean: quality, low: null, high: null },
  normalizedCost: cost,
});

describe('winnersByBeta', () => {
  it('finds where the ranking flips', () => {
    // 0.9 - beta and 0.7 - 0.5 beta meet at 0.4; 0.7 - 0.5 beta and 0.4 - 0 beta at 0.6.
    const intervals = winnersByBeta([model('large', 9, 1), model('medium', 7, 0.5), model('small', 4, 0)], 1);
    expect(intervals.map((i) => i.model)).toEqual(['large', 'medium', 'small']);
    expect(intervals.map((i) => i.from)).toEqual([0, expect.closeTo(0.4, 12), expect.closeTo(0.6, 12)]);
    expect(intervals.map((i) => i.to)).toEqual([expect.closeTo(0.4, 12), expect.closeTo(0.6, 12), null]);
  });

  it('skips a model that never wins, and knows one that always does', () => {
    const hollow = winnersByBeta([model('large', 9, 1), model('medium', 5, 0.5), model('small', 4, 0)], 1);
    expect(hollow.map((i) => i.model)).toEqual(['large', 'small']);
    expect(winnersByBeta([model('best', 9, 0), model('other', 4, 0.3)], 1)).toEqual([
      { from: 0, to: null, model: 'best' },
    ]);
  });

  it('is empty where it is not defined', () => {
    expect(winnersByBeta([], 1)).toEqual([]);
    expect(winnersByBeta([model('alone', 9, 0)], 1)).toEqual([]);
    expect(winnersByBeta([model('a', 9, 0.2), model('b', 5, null)], 1)).toEqual([]);
    expect(winnersByBeta([model('a', 9, 0.2), model('failed', 0, null, 10)], 1)).toEqual([]);
  });

  it('agrees with asking every beta by itself', () => {
    const number = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 6 }),
        fc.double({ min: 0, max: 40, noNaN: true }),
        (lines, beta) => {
          const models = lines.map(([q, c], i) => model(String(i), q / 2, c / 20));
          const intervals = winnersByBeta(models, 2);
          expect(intervals[0]!.from).toBe(0);
          expect(intervals.at(-1)!.to).toBeNull();
          for (const [i, interval] of intervals.slice(1).entries()) expect(interval.from).toBe(intervals[i]!.to);
          const reward = (m: ReturnType<typeof model>) => (2 * m.quality.mean!) / 10 - beta * m.normalizedCost!;
          const winner = intervals.find((i) => i.from <= beta && (i.to === null || beta <= i.to))!.model;
          expect(reward(models[Number(winner)]!)).toBeCloseTo(Math.max(...models.map(reward)), 9);
        },
      ),
    );
  });
});

describe('winnersByAlpha', () => {
  it('finds where the ranking flips', () => {
    // 0.9 a - 0.5 and 0.7 a - 0.25 meet at 1.25; 0.7 a - 0.25 and 0.4 a at 5/6.
    const intervals = winnersByAlpha([model('large', 9, 1), model('medium', 7, 0.5), model('small', 4, 0)], 0.5);
    expect(intervals.map((i) => i.model)).toEqual(['small', 'medium', 'large']);
    expect(intervals.map((i) => i.from)).toEqual([0, expect.closeTo(5 / 6, 12), expect.closeTo(1.25, 12)]);
    expect(intervals.at(-1)!.to).toBeNull();
  });

  it('leaves everything to the best quality where the cost has no weight', () => {
    const models = [model('small', 4, 0), model('large', 9, 1)];
    expect(winnersByAlpha(models, 0)).toEqual([{ from: 0, to: null, model: 'large' }]);
  });

  it('is empty where it is not defined', () => {
    expect(winnersByAlpha([model('alone', 9, 0)], 1)).toEqual([]);
    expect(winnersByAlpha([model('a', 9, 0.2), model('b', null, 0)], 1)).toEqual([]);
    expect(winnersByAlpha([model('a', 9, 0.2), model('failed', 0, null, 10)], 1)).toEqual([]);
  });

  it('agrees with asking every alpha by itself', () => {
    const number = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 6 }),
        fc.double({ min: 0, max: 40, noNaN: true }),
        fc.constantFrom(0, 0.5, 3),
        (lines, alpha, beta) => {
          const models = lines.map(([q, c], i) => model(String(i), q / 2, c / 20));
          const intervals = winnersByAlpha(models, beta);
          expect(intervals[0]!.from).toBe(0);
          expect(intervals.at(-1)!.to).toBeNull();
          for (const [i, interval] of intervals.slice(1).entries()) expect(interval.from).toBe(intervals[i]!.to);
          const rewards = lines.map(([q, c]) => (alpha * q) / 20 - (beta * c) / 20);
          const winner = intervals.find((i) => i.from <= alpha && (i.to === null || alpha <= i.to))!.model;
          expect(rewards[Number(winner)]).toBeCloseTo(Math.max(...rewards), 9);
        },
      ),
    );
  });
});

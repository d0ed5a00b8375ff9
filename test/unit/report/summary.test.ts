import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/core/config.ts';
import { RunAccumulator } from '../../../src/core/report/accumulator.ts';
import type { GenerationRow } from '../../../src/core/types.ts';
import { answer, configOf, META, sample, score, summarize } from './builders.ts';
import type { Rows } from './reference.ts';

const TWO_EVALUATORS: Partial<ConfigInput> = {
  evaluators: [
    { id: 'x', kind: 'bi-encoder', model: 'bundled:sts' },
    { id: 'y', kind: 'lexical', metric: 'rougeL' },
  ],
};
const budgetOf = (budget: number, of: 'latency' | 'tokens' | 'money' | 'energy' = 'latency') => ({
  models: { cost: { of, normalize: { budget } } },
});

/** The worked example of docs/reward.md. */
const EXAMPLE: Rows = {
  samples: [sample('s1'), sample('s2'), sample('s3')],
  generations: [
    answer('s1', 'swift', { latencyMs: 100 }),
    answer('s2', 'swift', { latencyMs: 200 }),
    answer('s3', 'swift', { latencyMs: 50, error: 'connection reset' }),
    answer('s1', 'deep', { latencyMs: 300 }),
    answer('s2', 'deep', { latencyMs: 500 }),
    answer('s3', 'deep', { latencyMs: 400 }),
  ],
  scores: [
    score('s1', 'swift', 'x', 6, 2),
    score('s1', 'swift', 'y', 8, 10),
    score('s2', 'swift', 'x', 4, 2),
    score('s2', 'swift', 'y', 4, 10),
    score('s1', 'deep', 'x', 9, 2),
    score('s1', 'deep', 'y', 9, 10),
    score('s2', 'deep', 'x', 8, 2),
    score('s2', 'deep', 'y', 6, 10),
    score('s3', 'deep', 'x', 5, 2),
    score('s3', 'deep', 'y', 5, 10),
  ],
};

function example(reward: ConfigInput['reward']) {
  const summary = summarize(configOf({ modelIds: ['swift', 'deep'], ...TWO_EVALUATORS, reward }), EXAMPLE);
  const model = (id: string) => summary.models.find((m) => m.id === id)!;
  return { summary, swift: model('swift'), deep: model('deep'), pair: summary.pairs[0]! };
}

describe('the worked example of docs/reward.md', () => {
  it('minmax', () => {
    const { swift, deep, pair, summary } = example({});
    expect(swift.quality.mean).toBeCloseTo(11 / 3, 12);
    expect(deep.quality.mean).toBe(7);
    expect([swift.normalizedCost, deep.normalizedCost]).toEqual([0, 1]);
    expect(swift.reward.mean).toBeCloseTo(11 / 30, 12);
    expect(deep.reward.mean).toBeCloseTo(0.2, 12);
    expect(summary.models.map((m) => m.id)).toEqual(['swift', 'deep']);
    expect(pair).toMatchObject({ a: 'swift', b: 'deep', samples: 3, on: 'reward' });
    expect(pair.quality.mean).toBeCloseTo(-10 / 3, 12);
    expect(pair.reward.mean).toBeCloseTo(1 / 6, 12);
  });

  it('budget', () => {
    const { swift, deep, summary } = example(budgetOf(400));
    expect(swift.normalizedCost).toBeCloseTo(0.875 / 3, 12);
    expect(swift.reward.mean).toBeCloseTo(11 / 30 - 0.875 / 6, 12);
    expect(deep.normalizedCost).toBeCloseTo(2.75 / 3, 12);
    expect(deep.reward.mean).toBeCloseTo(0.7 - 2.75 / 6, 12);
    expect(summary.models.map((m) => m.id)).toEqual(['deep', 'swift']);
  });

  it('failures left out', () => {
    expect(example({ failures: 'exclude' }).swift.reward.mean).toBeCloseTo(0.55, 12);
    const { swift, pair } = example({ failures: 'exclude', ...budgetOf(400) });
    expect(swift.quality.mean).toBe(5.5);
    expect(swift.reward.mean).toBeCloseTo(0.3625, 12);
    // Only s1 and s2 have both: quality 5.5 - 8, cost 0.375 - 0.875.
    expect(pair.samples).toBe(2);
    expect(pair.reward.mean).toBeCloseTo(-0.25 + 0.25, 12);
  });

  it('evaluators', () => {
    const [x, y] = example({}).summary.evaluators;
    expect(x!.closeness).toBeCloseTo(0.96, 12);
    expect(x!.reward.mean).toBeCloseTo(0.96, 12);
    expect(y!.reward.mean).toBeCloseTo(0.46, 12);
    expect(x).toMatchObject({ samples: 5, errors: 0, skipped: 0 });
    const other = example({ closeness: 'leave-one-out' }).summary.evaluators;
    expect(other.map((e) => e.closeness)).toEqual([expect.closeTo(0.92, 12), expect.closeTo(0.92, 12)]);
  });
});

describe('failures', () => {
  it('count as truth 0, and as nothing where they are excluded', () => {
    const zero = example({}).swift;
    expect(zero.truth.f1).toBeCloseTo(20 / 3, 12);
    expect(zero.truth.exact).toBeCloseTo(20 / 3, 12);
    expect(zero.metrics.rougeL).toBeCloseTo(20 / 3, 12);
    expect(zero.latencyMs).toEqual({ mean: 150, p50: 150, p95: 195, count: 2 });
    expect(zero).toMatchObject({ samples: 3, errors: 1 });
    const excluded = example({ failures: 'exclude' }).swift;
    expect(excluded.truth).toEqual({ f1: 10, exact: 10 });
    expect(excluded).toMatchObject({ samples: 3, errors: 1 });
  });

  const allFailed: Rows = {
    samples: [sample('s1'), sample('s2')],
    generations: [
      answer('s1', 'a', { latencyMs: 100 }),
      answer('s2', 'a', { latencyMs: 100 }),
      answer('s1', 'b', { latencyMs: 5, error: 'refused' }),
      answer('s2', 'b', { latencyMs: 5, error: 'refused' }),
    ],
    scores: [score('s1', 'a', 'sts', 1), score('s2', 'a', 'sts', 1)],
  };

  it('of all samples put a model outside the pool, last and off the Pareto front', () => {
    const summary = summarize(configOf({ modelIds: ['b', 'a'] }), allFailed);
    expect(summary.models.map((m) => m.id)).toEqual(['a', 'b']);
    const [a, b] = summary.models;
    expect(b!.reward).toEqual({ mean: null, low: null, high: null });
    expect(b!.rewardNote).toMatch(/outside the pool/);
    expect(b!.quality.mean).toBe(0);
    expect(b!.pareto).toBe(false);
    expect(b!.normalizedCost).toBeNull();
    expect(a!.normalizedCost).toBe(0);
    expect(a!.reward.mean).toBeCloseTo(0.1, 12);
    expect(summary.pairs[0]!.on).toBe('quality');
    expect(summary.pairs[0]!.reward.mean).toBeNull();
    expect(summary.warnings.some((w) => /no pool/.test(w))).toBe(true);
  });

  it('take their time in a budget, and still rank last', () => {
    const [a, b] = summarize(configOf({ modelIds: ['b', 'a'], reward: budgetOf(100) }), allFailed).models;
    expect(a!.reward.mean).toBeCloseTo(0.1 - 0.5, 12);
    expect(b!.reward.mean).toBeCloseTo(-0.5 * 0.05, 12);
    expect([a!.id, b!.id]).toEqual(['a', 'b']);
  });

  it('of unknown cost take the whole budget, and say so', () => {
    const rows: Rows = {
      samples: [sample('s1'), sample('s2')],
      generations: [answer('s1', 'a', { latencyMs: 100 }), answer('s2', 'a', { latencyMs: null, error: 'no row' })],
      scores: [score('s1', 'a', 'sts', 8)],
    };
    const summary = summarize(configOf({ modelIds: ['a'], reward: budgetOf(200) }), rows);
    expect(summary.models[0]!.reward.mean).toBeCloseTo((0.8 - 0.25 - 0.5) / 2, 12);
    expect(summary.warnings.join('\n')).toMatch(/charged the whole budget \(a 1\)/);
  });
});

describe('unknown costs', () => {
  it('make the reward null with the reason, never cheap', () => {
    const rows: Rows = {
      samples: [sample('s1'), sample('s2')],
      generations: [answer('s1', 'a'), answer('s2', 'a', { outputTokens: null }), answer('s1', 'b'), answer('s2', 'b')],
      scores: ['a', 'b'].flatMap((m) => [score('s1', m, 'sts', 8), score('s2', m, 'sts', 8)]),
    };
    for (const normalize of ['minmax', { budget: 20 }] as const) {
      const reward = { models: { cost: { of: 'tokens', normalize } } } as const;
      const summary = summarize(configOf({ modelIds: ['a', 'b'], reward }), rows);
      const [b, a] = summary.models;
      expect([b!.id, a!.id]).toEqual(['b', 'a']);
      expect(b!.reward.mean).toBeCloseTo(normalize === 'minmax' ? 0.8 : 0.8 - 0.375, 12);
      expect(a!.reward.mean).toBeNull();
      expect(a!.rewardNote).toMatch(/tokens.*1 of 2 generations/);
      expect(a!.cost.tokens).toBeNull();
      expect(b!.cost).toEqual({ tokens: 15, money: null, energy: null });
      expect(a!.pareto).toBe(false);
    }
    const money = summarize(configOf({ modelIds: ['a', 'b'], reward: budgetOf(1, 'money') }), rows);
    expect(money.models.map((m) => m.reward.mean)).toEqual([null, null]);
    expect(money.models[0]!.rewardNote).toMatch(/"price"/);
    const free = { models: { beta: 0, cost: { of: 'money' } } } as const;
    // Where the cost has no weight the reward does not need it.
    expect(summarize(configOf({ modelIds: ['a', 'b'], reward: free }), rows).models[0]!.reward.mean).toBe(0.8);
  });
});

describe('scores', () => {
  it('that are missing leave the others; a generation without any is in no mean', () => {
    const rows: Rows = {
      samples: [sample('s1'), sample('s2', { references: [] }), sample('s3')],
      generations: ['s1', 's2', 's3'].map((id) => answer(id, 'a', { latencyMs: id === 's3' ? 900 : 100 })),
      scores: [
        { ...score('s1', 'a', 'x', 0), quality: undefined, raw: null, error: 'crashed' },
        score('s1', 'a', 'y', 6),
        { ...score('s2', 'a', 'x', 9), compared: 'prompt' },
      ],
    };
    const config = configOf({ modelIds: ['a'], ...TWO_EVALUATORS, reward: budgetOf(1000) });
    const summary = summarize(config, rows);
    const [a] = summary.models;
    expect(a!.quality.mean).toBe(7.5);
    expect(a!.reward.mean).toBeCloseTo(0.75 - 0.05, 12);
    expect(a!.samples).toBe(3);
    // s2 has no reference: no truth, no metric.
    expect(a!.truth.f1).toBe(10);
    const [x, y] = summary.evaluators;
    expect(x).toMatchObject({ samples: 2, errors: 1, skipped: 0, compared: { reference: 0, prompt: 1 } });
    expect(y).toMatchObject({ samples: 1, errors: 0, skipped: 1, usesReference: true });
    const told = summary.warnings.join('\n');
    expect(told).toMatch(/a: 1 generation without any score/);
    expect(told).toMatch(/x: 1 of 2 scores failed/);
    expect(told).toMatch(/y: skipped 1 generation whose sample has no reference/);
    expect(told).toMatch(/x: compared 1 of 1 generation with the prompt/);
    expect(told).toMatch(/2 generations with the score of one evaluator only/);
  });

  it('of a single evaluator are their own consensus, and the output says so', () => {
    const evaluators: ConfigInput['evaluators'] = [{ id: 'x', kind: 'bi-encoder', model: 'bundled:sts' }];
    const rows: Rows = {
      samples: [sample('s1')],
      generations: [answer('s1', 'a')],
      scores: [score('s1', 'a', 'x', 2)],
    };
    const inclusive = summarize(configOf({ modelIds: ['a'], evaluators }), rows);
    expect(inclusive.evaluators[0]!.closeness).toBe(1);
    expect(inclusive.warnings.join()).toMatch(/closeness is 1 whatever it says/);
    const config = configOf({ modelIds: ['a'], evaluators, reward: { closeness: 'leave-one-out' } });
    const other = summarize(config, rows);
    expect(other.evaluators[0]!.closeness).toBeNull();
    expect(other.evaluators[0]!.reward.mean).toBeNull();
    expect(other.evaluators[0]!.rewardNote).toMatch(/second score/);
  });
});

describe('rows', () => {
  it('of reused generations cost what they took then and stay out of latency figures', () => {
    const reused = { reused: true, latencyMs: 300, ttftMs: 30 };
    const rows: Rows = {
      samples: [sample('s1'), sample('s2')],
      generations: [answer('s1', 'a', reused), answer('s2', 'a', reused)],
      scores: [score('s1', 'a', 'sts', 8), score('s2', 'a', 'sts', 8)],
    };
    const summary = summarize(configOf({ modelIds: ['a'], reward: budgetOf(600) }), rows);
    const [a] = summary.models;
    expect(a!.latencyMs).toEqual({ mean: null, p50: null, p95: null, count: 0 });
    expect(a!.normalizedCost).toBe(0.5);
    expect(a!.reused).toBe(2);
    expect(a!.qualityPerMs).toBeNull();
    expect(summary.warnings.join()).toMatch(/a: 2 generations reused/);
  });

  it('of unknown samples, models, evaluators and repeats are left out, counted and told once', () => {
    const accumulator = new RunAccumulator({ config: configOf({ modelIds: ['a'] }), samples: [sample('s1')] });
    accumulator.addGeneration(answer('s1', 'a'));
    accumulator.addGeneration(answer('elsewhere', 'a'));
    accumulator.addGeneration(answer('s1', 'stranger'));
    accumulator.addGeneration(answer('s1', 'a', { repeat: 1 }));
    accumulator.addScore(score('s1', 'a', 'nobody', 3));
    accumulator.addCheck({ sample: 's9', model: 'a', repeat: 0, check: 'c', pass: true });
    const summary = accumulator.summary(META);
    expect(summary.models[0]!.samples).toBe(1);
    expect(summary.warnings.filter((w) => /5 stored rows/.test(w))).toHaveLength(1);
  });

  it('of one key: the later counts, for generations, scores and checks', () => {
    const accumulator = new RunAccumulator({ config: configOf({ modelIds: ['a'] }), samples: [sample('s1')] });
    accumulator.addGeneration(answer('s1', 'a', { error: 'gone', latencyMs: 1 }));
    accumulator.addGeneration(answer('s1', 'a', { text: 'blue hen', latencyMs: 70 }));
    accumulator.addScore(score('s1', 'a', 'sts', 2));
    accumulator.addScore(score('s1', 'a', 'sts', 4));
    const check = { sample: 's1', model: 'a', repeat: 0 };
    accumulator.addCheck({ ...check, check: 'contains "fox"', pass: true });
    accumulator.addCheck({ ...check, check: 'contains "fox"', pass: false });
    accumulator.addCheck({ ...check, check: 'is-json', pass: true });
    const [a] = accumulator.summary(META).models;
    expect(a).toMatchObject({ samples: 1, errors: 0, quality: { mean: 4 }, truth: { f1: 0 } });
    expect(a!.checks).toEqual({ passed: 1, total: 2 });
    expect(a!.latencyMs.mean).toBe(70);
  });

  it('that the statistics are asked for before any came give nulls, not numbers', () => {
    const summary = new RunAccumulator({ config: configOf(), samples: [sample('s1')] }).summary(META);
    for (const model of summary.models) {
      expect(model.samples).toBe(0);
      expect(model.quality).toEqual({ mean: null, low: null, high: null });
      expect(model.rewardNote).toMatch(/no generations/);
    }
    expect(summary.pairs).toHaveLength(3);
    expect(summary.pairs.every((p) => p.verdict === 'undecided' && p.samples === 0)).toBe(true);
    expect(JSON.stringify(summary)).not.toMatch(/NaN|Infinity/);
  });
});

describe('truth and speed', () => {
  it('knows unanswerable questions, tasks and tokens per second', () => {
    const rows: Rows = {
      samples: [
        sample('q1', { references: [], unanswerable: true, task: 'qa' }),
        sample('q2', { references: ['red fox', 'a dog'], task: 'qa' }),
        sample('t1', { references: [], task: '__proto__' }),
      ],
      generations: [
        answer('q1', 'a', { text: '', decodeMs: 200, outputTokens: 21 }),
        answer('q2', 'a', { text: 'The dog!', decodeMs: 300, outputTokens: 31 }),
        answer('t1', 'a', { text: 'x', decodeMs: 0, outputTokens: 1 }),
      ],
      scores: ['q1', 'q2', 't1'].map((id, i) => score(id, 'a', 'sts', 2 + i)),
    };
    const [a] = summarize(configOf({ modelIds: ['a'] }), rows).models;
    expect(a!.truth).toEqual({ f1: 10, exact: 10 });
    expect(a!.tokensPerSecond).toBe(100);
    expect(a!.byTask.qa).toMatchObject({ samples: 2, quality: { mean: 2.5 }, f1: 10 });
    expect(Object.keys(a!.byTask)).toEqual(['qa', '__proto__']);
    expect(Object.entries(a!.byTask)[1]![1]).toMatchObject({ samples: 1, quality: { mean: 4, low: null }, f1: null });
  });

  it('correlates scores with token F1 over the generations that have both', () => {
    const texts = ['red fox', 'red', 'hen', 'red fox', 'fox ran', 'nothing'];
    const samples = texts.map((_, i) => sample(`s${i}`, { task: i < 3 ? 'qa' : 'sum' }));
    const qualities = [9, 5, 1, 7, 6, 2];
    const generations: GenerationRow[] = texts.map((text, i) => answer(`s${i}`, 'a', { text }));
    const scores = qualities.map((quality, i) => score(`s${i}`, 'a', 'sts', quality));
    const [sts] = summarize(configOf({ modelIds: ['a'] }), { samples, generations, scores }).evaluators;
    // F1: 1, 2/3, 0, 1, 1/2, 0; by hand with the textbook formula.
    const f1 = [1, 2 / 3, 0, 1, 0.5, 0];
    const n = f1.length;
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    const top = n * sum(f1.map((f, i) => f * qualities[i]!)) - sum(f1) * sum(qualities);
    const spread = (v: number[]) => n * sum(v.map((x) => x * x)) - sum(v) ** 2;
    expect(sts!.truthPearson.pooled).toBeCloseTo(top / Math.sqrt(spread(f1) * spread(qualities)), 12);
    expect(sts!.truthPearson.withinModel).toBeCloseTo(sts!.truthPearson.pooled!, 12);
    expect(Object.keys(sts!.truthPearson.byTask)).toEqual(['qa', 'sum']);
  });
});

describe('properties', () => {
  const table = fc.array(
    fc.record({
      latency: fc.integer({ min: 1, max: 900 }),
      quality: fc.integer({ min: 0, max: 10 }),
      failed: fc.boolean(),
    }),
    { minLength: 6, maxLength: 24 },
  );
  const rowsOf = (cells: { latency: number; quality: number; failed: boolean }[], ids: string[], scale = 1): Rows => {
    const at = (i: number) => ({ id: `s${Math.floor(i / ids.length)}`, model: ids[i % ids.length]! });
    return {
      samples: cells.map((_, i) => sample(`s${i}`)),
      generations: cells.map(({ latency, failed }, i) =>
        answer(at(i).id, at(i).model, { latencyMs: latency * scale, ...(failed ? { error: 'e' } : {}) }),
      ),
      scores: cells.map(({ quality }, i) => score(at(i).id, at(i).model, 'sts', quality)),
    };
  };
  const figures = (config: ReturnType<typeof configOf>, rows: Rows) =>
    new Map(summarize(config, rows, false).models.map((m) => [m.id, m.reward.mean]));

  it('scaling every cost changes no min-max reward', () => {
    fc.assert(
      fc.property(table, (cells) => {
        const ids = ['a', 'b', 'c'];
        const config = configOf({ modelIds: ids });
        expect(figures(config, rowsOf(cells, ids, 4))).toEqual(figures(config, rowsOf(cells, ids)));
      }),
      { numRuns: 40 },
    );
  });

  it('a bystander changes no reward under a budget', () => {
    fc.assert(
      fc.property(table, (cells) => {
        const rows = rowsOf(cells, ['a', 'b', 'c']);
        const all = figures(configOf({ modelIds: ['a', 'b', 'c'], reward: budgetOf(300) }), rows);
        const two = figures(configOf({ modelIds: ['a', 'b'], reward: budgetOf(300) }), rows);
        for (const [id, reward] of two) expect(reward).toBe(all.get(id));
      }),
      { numRuns: 40 },
    );
  });
});

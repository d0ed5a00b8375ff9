import { describe, expect, it } from 'vitest';
import type { Config, ConfigInput } from '../../../src/core/config.ts';
import { type ComparedRun, compareRuns } from '../../../src/core/report/comparison.ts';
import { RunTable } from '../../../src/core/report/table.ts';
import { Rng } from '../../../src/core/stats/rng.ts';
import { normalTail, t975 } from '../../../src/core/stats/student.ts';
import type { GenerationRow } from '../../../src/core/types.ts';
import { answer, configOf, sample, score } from './builders.ts';

interface Given extends Partial<GenerationRow> {
  quality?: number;
}

interface Shape {
  over?: Partial<ConfigInput> & { modelIds?: string[] };
  groups?: Record<string, string>;
  references?: Record<string, string[]>;
  machine?: string;
}

const BUDGET: Partial<ConfigInput> = {
  reward: { models: { alpha: 1, beta: 0.5, cost: { normalize: { budget: 200 } } } },
};

/** A run from what is said of every sample: by model its repeats, a number being the quality of the only one. */
function runOf(given: Record<string, Record<string, number | Given[]>>, shape: Shape = {}): ComparedRun {
  const config: Config = configOf({ modelIds: ['a'], ...BUDGET, ...shape.over });
  const table = new RunTable(config);
  for (const [id, models] of Object.entries(given)) {
    table.addSample(
      sample(id, { group: shape.groups?.[id] ?? null, references: shape.references?.[id] ?? ['red fox'] }),
    );
    for (const [model, value] of Object.entries(models)) {
      const repeats = typeof value === 'number' ? [{ quality: value }] : value;
      for (const [repeat, { quality, ...row }] of repeats.entries()) {
        table.addGeneration(answer(id, model, { repeat, ...row }));
        if (quality !== undefined) table.addScore({ ...score(id, model, 'sts', quality), repeat });
      }
    }
  }
  return { run: 'r', startedAt: '2026-01-01T00:00:00.000Z', table, config, machine: shape.machine };
}

const samples = (values: number[], of: (value: number, i: number) => Record<string, number | Given[]>) =>
  Object.fromEntries(values.map((value, i) => [`s${i}`, of(value, i)]));
const only = (comparison: ReturnType<typeof compareRuns>) => comparison.models[0]!;

describe('compareRuns', () => {
  it('finds nothing between a run and itself', () => {
    const run = runOf(samples([3, 5, 8, 2], (q) => ({ a: q })));
    const comparison = compareRuns(run, run);
    const zero = { mean: 0, low: 0, high: 0 };
    expect(comparison).toMatchObject({ onlyBase: [], onlyRun: [], samplesOnlyBase: 0, samplesOnlyRun: 0, notes: [] });
    expect(only(comparison)).toEqual({
      id: 'a',
      samples: 4,
      before: { quality: 4.5, reward: expect.closeTo(0.2, 12), latencyMs: 100 },
      after: { quality: 4.5, reward: expect.closeTo(0.2, 12), latencyMs: 100 },
      quality: zero,
      reward: zero,
      rewardNote: null,
      latencyMs: zero,
      verdict: 'undecided',
      on: 'reward',
      samplesToDecide: null,
      largest: [],
    });
  });

  it('finds a constant shift of quality and latency, however much samples differ', () => {
    const hard = [0.5, 9, 4, 7, 2];
    const base = runOf(samples(hard, (q, i) => ({ a: [{ quality: q, latencyMs: 40 * i }] })));
    const run = runOf(samples(hard, (q, i) => ({ a: [{ quality: q + 1, latencyMs: 40 * i + 20 }] })));
    const change = only(compareRuns(base, run));
    const exactly = (x: number) => ({
      mean: expect.closeTo(x, 9),
      low: expect.closeTo(x, 9),
      high: expect.closeTo(x, 9),
    });
    expect(change.quality).toEqual(exactly(1));
    expect(change.latencyMs).toEqual(exactly(20));
    // 0.1 of quality for a tenth of the budget at half the weight.
    expect(change.reward).toEqual(exactly(0.05));
    expect(change.verdict).toBe('better');
    expect(only(compareRuns(run, base)).verdict).toBe('worse');
    expect(change.after.reward! - change.before.reward!).toBeCloseTo(0.05, 9);
  });

  it('pairs by id over the samples that both hold, whatever their order', () => {
    const base = runOf({ x: { a: 2 }, y: { a: 4 }, gone: { a: 10 }, failed: { a: [{}] } });
    const run = runOf({ new: { a: 0 }, newer: { a: 1 }, y: { a: 7 }, failed: { a: 10 }, x: { a: 3 } });
    const comparison = compareRuns(base, run);
    expect(comparison).toMatchObject({ samplesOnlyBase: 1, samplesOnlyRun: 2 });
    expect(only(comparison)).toMatchObject({
      samples: 2,
      before: { quality: 3 },
      after: { quality: 5 },
      quality: { mean: 2 },
      largest: [
        { sample: 'x', before: 2, after: 3 },
        { sample: 'y', before: 4, after: 7 },
      ],
    });
  });

  it('averages repeats and counts failures as the config does', () => {
    const over = { generation: { repeats: 2 } };
    const base = runOf(
      { x: { a: [{ quality: 4 }, { quality: 8 }] }, y: { a: [{ quality: 5 }, { quality: 5 }] } },
      { over },
    );
    const run = runOf({ x: { a: [{ quality: 8 }, { error: 'gone' }] }, y: { a: [{ quality: 5 }] } }, { over });
    expect(only(compareRuns(base, run))).toMatchObject({ before: { quality: 5.5 }, after: { quality: 4.5 } });
  });

  it('agrees with a bootstrap written anew, over groups and over samples', () => {
    for (const grouped of [false, true]) {
      const rng = Rng.stream(grouped ? 3 : 4);
      const draw = (top: number) => rng.nextInt(100 * top) / 100;
      const ids = Array.from({ length: 24 }, (_, i) => `s${i}`);
      const groups = grouped ? Object.fromEntries(ids.map((id, i) => [id, `g${i % 7}`])) : undefined;
      const data = ids.map((id) => ({ id, q: [draw(8), draw(10)], l: [50 + draw(200), 30 + draw(200)] }));
      const make = (which: 0 | 1) =>
        runOf(
          Object.fromEntries(data.map(({ id, q, l }) => [id, { a: [{ quality: q[which], latencyMs: l[which] }] }])),
          { groups, over: { generation: { seed: 9 } } },
        );
      const comparison = compareRuns(make(0), make(1));
      expect(comparison.intervals).toMatchObject({ unit: grouped ? 'group' : 'sample', seed: 9, resamples: 2000 });

      const units = grouped
        ? Array.from({ length: 7 }, (_, g) => data.filter((_, i) => i % 7 === g))
        : data.map((row) => [row]);
      const cost = (latency: number) => Math.min(1, latency / 200);
      const statistics = {
        quality: ({ q }: (typeof data)[number]) => q[1]! - q[0]!,
        latencyMs: ({ l }: (typeof data)[number]) => l[1]! - l[0]!,
        reward: ({ q, l }: (typeof data)[number]) => (q[1]! - q[0]!) / 10 - 0.5 * (cost(l[1]!) - cost(l[0]!)),
      };
      const n = units.length;
      const tail = normalTail(Math.sqrt(n / (n - 1)) * t975(n - 1));
      for (const [name, of] of Object.entries(statistics)) {
        const mean = (rows: typeof data) => rows.map(of).reduce((sum, x) => sum + x, 0) / rows.length;
        const resampled = Array.from({ length: 2000 }, (_, b) => {
          const stream = Rng.stream(9, b + 1);
          return mean(Array.from({ length: n }, () => units[stream.nextInt(n)]!).flat());
        }).sort((x, y) => x - y);
        const quantile = (p: number) => {
          const at = p * 1999;
          const [below, above] = [resampled[Math.floor(at)]!, resampled[Math.ceil(at)]!];
          return below + (at - Math.floor(at)) * (above - below);
        };
        expect(only(comparison)[name as keyof typeof statistics]).toEqual({
          mean: expect.closeTo(mean(data), 9),
          low: expect.closeTo(quantile(tail), 9),
          high: expect.closeTo(quantile(1 - tail), 9),
        });
      }
    }
  });

  it('has no interval for one sample, and no figure for none', () => {
    const one = only(compareRuns(runOf({ x: { a: 2 } }), runOf({ x: { a: 5 } })));
    expect(one).toMatchObject({ quality: { mean: 3, low: null, high: null }, verdict: 'undecided' });
    const comparison = compareRuns(runOf({ x: { a: 2 } }), runOf({ y: { a: 5 } }));
    expect(comparison.notes).toEqual(['The two runs have no sample in common.']);
    expect(only(comparison)).toMatchObject({
      samples: 0,
      before: { quality: null, reward: null, latencyMs: null },
      quality: { mean: null },
      reward: { mean: null },
      rewardNote: 'no sample has a quality in both runs',
      verdict: 'undecided',
      samplesToDecide: null,
    });
  });

  it('names the models that only one run has', () => {
    const base = runOf({ x: { a: 2, b: 3 } }, { over: { modelIds: ['a', 'b'] } });
    const run = runOf({ x: { c: 2, b: 3 } }, { over: { modelIds: ['c', 'b'] } });
    const comparison = compareRuns(base, run);
    expect(comparison.models.map(({ id }) => id)).toEqual(['b']);
    expect(comparison).toMatchObject({ onlyBase: ['a'], onlyRun: ['c'] });
  });

  it('names the ten largest changes, the worst first', () => {
    const values = Array.from({ length: 14 }, (_, i) => i / 2);
    const base = runOf(samples(values, () => ({ a: 5 })));
    const run = runOf(samples(values, (_, i) => ({ a: i % 2 === 0 ? 5 + i / 10 : 5 - i / 10 })));
    const changes = only(compareRuns(base, run)).largest.map(({ sample, before, after }) => [sample, after - before]);
    const expected = [13, 11, 9, 7, 5, 4, 6, 8, 10, 12].map((i) => [
      `s${i}`,
      expect.closeTo(i % 2 === 0 ? i / 10 : -i / 10, 9),
    ]);
    expect(changes).toEqual(expected);
  });
});

describe('what cannot be compared', () => {
  const base = samples([3, 5, 8, 2], (q) => ({ a: q }));
  const run = samples([4, 6, 9, 3], (q) => ({ a: q }));
  const compare = (before: Shape, now: Shape) => compareRuns(runOf(base, before), runOf(run, now));
  const reward = (models: object, rest: object = {}): Shape => ({ over: { reward: { models, ...rest } } as never });
  const budget = { normalize: { budget: 200 } };

  it('is the reward under min-max', () => {
    const minmax = reward({ cost: { normalize: 'minmax' } });
    const change = only(compare(minmax, minmax));
    expect(change).toMatchObject({ reward: { mean: null }, on: 'quality', verdict: 'better', quality: { mean: 1 } });
    expect(change.before.reward).toBeNull();
    expect(change.rewardNote).toMatch(/min-max.*write a budget/);
    expect(only(compare(minmax, {})).rewardNote).toMatch(/baseline has no budget/);
    expect(compare(minmax, {}).notes).toEqual([]);
  });

  it('is the reward where it is counted differently', () => {
    const change = only(compare({}, reward({ alpha: 2, beta: 0.1, cost: { normalize: { budget: 300 } } })));
    expect(change.reward).toEqual({ mean: null, low: null, high: null });
    expect(change.rewardNote).toBe(
      'the two runs count the reward differently: alpha 1 before, 2 now; beta 0.5 before, 0.1 now; budget 200 before, 300 now',
    );
    expect(change.quality.mean).toBe(1);
    const tokens = only(compare({}, reward({ cost: { of: 'tokens', ...budget } })));
    expect(tokens.rewardNote).toContain('cost latency before, tokens now');
    const { notes, models } = compare({}, reward({ cost: budget }, { consensus: 'median' }));
    expect(models[0]!.rewardNote).toContain('consensus mean before, median now');
    expect(notes).toEqual([expect.stringMatching(/consensus was mean and is median/)]);
  });

  it('is the reward where a cost is unknown', () => {
    const money = reward({ cost: { of: 'money', ...budget } });
    expect(only(compare(money, money)).rewardNote).toMatch(/no price is known .* in the baseline$/);
    const free = reward({ beta: 0, cost: { of: 'money', ...budget } });
    expect(only(compare(free, free)).reward.mean).toBeCloseTo(0.1, 12);
  });

  it('is everything but latency where the evaluators differ', () => {
    const evaluators = (over: object) => [{ id: 'sts', kind: 'bi-encoder' as const, model: 'bundled:sts', ...over }];
    const shape = (over: object): Shape => ({ over: { evaluators: evaluators(over) } });
    const comparison = compare(shape({}), shape({ compare: 'prompt' }));
    expect(comparison.notes).toEqual([expect.stringMatching(/evaluators of the two runs differ \(sts\)/)]);
    expect(only(comparison)).toMatchObject({
      quality: { mean: null },
      reward: { mean: null },
      latencyMs: { mean: 0 },
      rewardNote: 'the evaluators of the two runs differ',
      verdict: 'undecided',
      samplesToDecide: null,
      largest: [],
    });
    // What changes only the cost of a score leaves it comparable.
    expect(compare(shape({}), shape({ batchSize: 4, threads: 2 })).notes).toEqual([]);
    const more = compare({}, shape({})).notes;
    expect(more).toEqual([expect.stringMatching(/\(rouge and chrf\)/)]);
  });

  it('is the latency of what was reused in either', () => {
    const cells = (reused: boolean[]) =>
      Object.fromEntries(reused.map((r, i) => [`s${i}`, { a: [{ quality: 5, latencyMs: 100 * (i + 1), reused: r }] }]));
    const part = only(compareRuns(runOf(cells([false, true, false])), runOf(cells([false, false, true]))));
    expect(part).toMatchObject({ samples: 3, before: { latencyMs: 100 }, latencyMs: { mean: 0, low: null } });
    const none = compareRuns(runOf(cells([true, true])), runOf(cells([false, false])));
    expect(only(none).latencyMs.mean).toBeNull();
    expect(none.notes).toEqual([expect.stringMatching(/^No latency can be compared for a:/)]);
  });

  it('is told in notes: machines, devices, references, settings', () => {
    const on = (device: string) => samples([1, 2], (q) => ({ a: [{ quality: q, device }] }));
    const { notes } = compareRuns(
      runOf(on('cpu'), { machine: 'laptop', references: { s1: ['one'] } }),
      runOf(on('webgpu'), {
        machine: 'server',
        references: { s1: ['two'] },
        over: { generation: { temperature: 0.7 }, models: [{ id: 'a', provider: 'recorded', file: 'g.jsonl' }] },
      }),
    );
    expect(notes).toEqual([
      'The references of 1 sample changed between the runs.',
      'The generation settings differ: temperature.',
      'a is not configured as in the baseline: file changed.',
      expect.stringMatching(/different machines \(laptop before, server now\)/),
      expect.stringMatching(/^a ran on cpu before and on webgpu now/),
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { type ConfigInput, configSchema } from '../../../src/core/config.ts';
import { FAILED, GOOD, RunTable } from '../../../src/core/report/table.ts';
import { exact } from '../../../src/core/simulation/exact.ts';
import { makePlan } from '../../../src/core/simulation/plan.ts';
import { buildPopulation, needsRun } from '../../../src/core/simulation/population.ts';
import { simulate } from '../../../src/core/simulation/simulate.ts';
import { answer, configOf, sample, score, summarize } from '../report/builders.ts';
import { randomRun, tableOf } from '../report/random-run.ts';
import { populationOf, randomShape, settingsOf } from './builders.ts';

type Simulation = NonNullable<ConfigInput['simulation']>;

const NODES: NonNullable<Simulation['nodes']> = {
  swift: { kind: 'model', quality: { mean: 6, sd: 1 }, latencyMs: 100 },
  giant: { kind: 'model', quality: { mean: 8, sd: 1 }, latencyMs: { mean: 1000, sd: 100 } },
  judge: { kind: 'evaluator', bias: 0.5, noise: 1, latencyMs: { mean: 10, sd: 2 } },
  other: { kind: 'evaluator', slope: -0.5, noise: 0, latencyMs: 5 },
};

function measuredOf(config = configOf({ modelIds: ['a', 'b'] })) {
  const table = new RunTable(config);
  for (const id of ['s1', 's2']) table.addSample(sample(id));
  table.addGeneration(answer('s1', 'a', { latencyMs: 100 }));
  table.addGeneration(answer('s2', 'a', { latencyMs: 300 }));
  table.addGeneration(answer('s1', 'b', { latencyMs: 50 }));
  table.addGeneration(answer('s2', 'b', { error: 'gone' }));
  for (const [s, m, e, q] of [
    ['s1', 'a', 'sts', 4],
    ['s1', 'a', 'rouge', 6],
    ['s1', 'a', 'chrf', 8],
    ['s2', 'a', 'sts', 1],
    ['s2', 'a', 'chrf', 3],
    ['s1', 'b', 'sts', 9],
    ['s1', 'b', 'rouge', 9],
    ['s1', 'b', 'chrf', 9],
  ] as const) {
    table.addScore(score(s, m, e, q, e === 'sts' ? 20 : 2));
  }
  return { table, config };
}

describe('a measured population', () => {
  it('takes scores and costs as they are, and counts what is missing', () => {
    const population = buildPopulation({ config: settingsOf(), measured: measuredOf() });
    expect(population.models.map(({ id }) => id)).toEqual(['a', 'b']);
    expect([...population.state]).toEqual([GOOD, GOOD, GOOD, FAILED]);
    expect([...population.scores.slice(0, 9)]).toEqual([4, 6, 8, 9, 9, 9, 1, Number.NaN, 3]);
    expect([...population.modelMeanCosts]).toEqual([200, 50]);
    expect([...population.evaluatorMeanCosts]).toEqual([20, 2, 2]);
    expect(population.gaps).toEqual({ absent: 0, failed: 1, missingScores: 1 });
    // "red fox" is the reference itself.
    expect([...population.truth]).toEqual([10, 10, 10, Number.NaN]);
  });

  it('agrees with the summary of the run where every evaluator sits in every round', () => {
    for (let seed = 0; seed < 12; seed++) {
      const run = randomRun(seed, { generation: { repeats: 1 } });
      const complete = run.samples.length > 0 && run.scores.length > 0;
      if (!complete) continue;
      const { config } = run;
      const settings = { ...config, simulation: settingsOf({ k: 3, consensus: config.reward.consensus }).simulation };
      const table = tableOf(run);
      const summary = summarize(config, run, false);
      const found = exact(buildPopulation({ config: settings, measured: { table, config } }), settings);
      for (const { id, reward } of found.models) {
        const { samples, reward: told } = summary.models.find((model) => model.id === id)!;
        // Means over samples and over rounds differ where a sample was not attempted.
        if (samples < run.samples.length || told.mean === null) continue;
        expect(reward.mean, `${seed} ${id}`).toBeCloseTo(told.mean, 9);
      }
    }
  });

  it('averages nothing away: repeats are rounds of their own', () => {
    const config = configOf({ modelIds: ['a'], generation: { repeats: 2 } });
    const table = new RunTable(config);
    table.addSample(sample('s'));
    for (const repeat of [0, 1]) {
      table.addGeneration(answer('s', 'a', { repeat }));
      table.addScore({ ...score('s', 'a', 'sts', repeat === 0 ? 2 : 8), repeat });
    }
    const population = buildPopulation({ config: settingsOf(), measured: { table, config } });
    expect(population.rows).toBe(2);
    expect([population.scores[0], population.scores[3]]).toEqual([2, 8]);
  });

  it('clones nodes, with their own noise or none, and leaves nodes out', () => {
    const nodes: Simulation['nodes'] = {
      sts: { kind: 'measured', count: 3, noise: 0.5 },
      chrf: { kind: 'measured', count: 2 },
      rouge: { kind: 'measured', count: 0 },
      b: { kind: 'measured', count: 2, noise: 0.2, stake: 4 },
    };
    const population = buildPopulation({ config: settingsOf({ nodes }), measured: measuredOf() });
    expect(population.models.map(({ id, stake }) => [id, stake])).toEqual([
      ['a', 1],
      ['b#1', 4],
      ['b#2', 4],
    ]);
    expect(population.evaluators.map(({ id }) => id)).toEqual(['sts#1', 'sts#2', 'sts#3', 'chrf#1', 'chrf#2']);
    const [sts1, sts2, sts3, chrf1, chrf2] = population.scores;
    expect(new Set([4, sts1, sts2, sts3]).size).toBe(4);
    for (const noisy of [sts1, sts2, sts3]) expect(Math.abs(noisy! - 4)).toBeLessThan(3);
    expect([chrf1, chrf2]).toEqual([8, 8]);
    // A clone of a model answers as well or badly for every evaluator alike.
    const [one, two] = [population.scores.slice(8, 10), population.scores.slice(13, 15)];
    expect(one[0]).toBe(one[1]);
    expect(one[0]).not.toBe(two[0]);
  });

  it('lets made-up evaluators judge measured answers by the mean of their scores', () => {
    const nodes = { other: NODES.other!, bland: { ...NODES.other!, slope: 0 } as never };
    const population = buildPopulation({ config: settingsOf({ nodes }), measured: measuredOf() });
    // 5 - 0.5 * (6 - 5), and 5 whatever is answered.
    expect([...population.scores.slice(3, 5)]).toEqual([4.5, 5]);
  });
});

describe('a made-up population', () => {
  it('has the distributions of the config', () => {
    const config = settingsOf({ samples: 20_000, nodes: NODES });
    const { scores, truth, modelMeanCosts, evaluatorMeanCosts } = buildPopulation({ config, measured: null });
    const giant = truth.filter((_, cell) => cell % 2 === 1);
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
    // A normal distribution cut at 10, two deviations above its mean, loses 0.0085 of its mean.
    expect(mean(giant)).toBeCloseTo(8 - 0.0085, 1);
    expect(Math.max(...giant)).toBe(10);
    expect(modelMeanCosts[0]).toBeCloseTo(100, 9);
    expect(Math.abs(modelMeanCosts[1]! - 1000)).toBeLessThan(5);
    expect(Math.abs(evaluatorMeanCosts[0]! - 10)).toBeLessThan(0.1);
    for (const cell of [0, 1, 2, 3]) expect(scores[2 * cell + 1]).toBeCloseTo(5 - 0.5 * (truth[cell]! - 5), 12);
    const errors = scores.filter((_, at) => at % 4 === 0).map((s, row) => s - truth[2 * row]!);
    expect(mean(errors)).toBeCloseTo(0.5, 1);
    expect(Math.sqrt(mean(errors.map((e) => (e - 0.5) ** 2)))).toBeCloseTo(1, 1);
  });

  it('follows from the seed and the names alone, whatever else is in the network', () => {
    const build = (nodes: Simulation['nodes'], seed = 1) =>
      buildPopulation({ config: settingsOf({ seed, samples: 50, nodes }), measured: null });
    const { swift, ...others } = NODES;
    const before = build(NODES);
    const after = build({ ...others, swift: swift! });
    expect(after.models.map(({ id }) => id)).toEqual(['giant', 'swift']);
    const column = (values: Float64Array, at: number, step: number) => values.filter((_, i) => i % step === at);
    expect(column(after.scores, 2, 4)).toEqual(column(before.scores, 0, 4));
    expect(build(NODES, 2).truth).not.toEqual(before.truth);
  });

  it('needs a run only for measured nodes', () => {
    expect(needsRun(settingsOf().simulation)).toBe(true);
    expect(needsRun(settingsOf({ nodes: NODES }).simulation)).toBe(false);
    expect(needsRun(settingsOf({ nodes: { judge: NODES.judge! } }).simulation)).toBe(true);
    expect(needsRun(settingsOf({ nodes: { ...NODES, a: { kind: 'measured' } } }).simulation)).toBe(true);
  });
});

describe('what cannot be simulated', () => {
  const made = (simulation: Simulation) => {
    const config = settingsOf({ nodes: NODES, k: 2, ...simulation });
    return simulate(buildPopulation({ config, measured: null }), config);
  };

  it.each([
    [{ k: 3 }, /^simulation\.k: 3 evaluators a round cannot be drawn from a population of 2$/],
    [
      { nodes: { ...NODES, x: { kind: 'measured' } } },
      /^simulation\.nodes\.x: no such node was measured; there is no run/,
    ],
    [{ nodes: { swift: NODES.swift! } }, /^simulation\.nodes: the population has no evaluator/],
    [{ nodes: { judge: NODES.judge! } }, /^simulation\.nodes: the population has no model/],
    [
      { attacks: [{ kind: 'boosting', nodes: ['jugde'] }] },
      /attacks\[0\]\.nodes\[0\]: there is no evaluator "jugde"; there is judge, other/,
    ],
    [
      { attacks: [{ kind: 'collusion', share: 0.5, target: 'judge' }] },
      /attacks\[0\]\.target: there is no model "judge"; there is swift, giant/,
    ],
    [
      { attacks: [{ kind: 'gaming', nodes: ['swift'], target: 'x' }] },
      /attacks\[0\]\.target: there is no evaluator "x"/,
    ],
    [
      {
        attacks: [
          { kind: 'lazy', nodes: ['judge'] },
          { kind: 'sabotage', nodes: ['judge'] },
        ],
      },
      /attacks\[1\]\.nodes: "judge" already has another attack/,
    ],
    [
      {
        attacks: [
          { kind: 'lazy', share: 1 },
          { kind: 'sabotage', share: 0.5 },
        ],
      },
      /attacks\[1\]\.share: 1 of 2 evaluators are asked for and only 0 have no other attack/,
    ],
    [
      { samples: 100_000, nodes: { ...NODES, judge: { ...NODES.judge!, count: 1000 } } },
      /at most 20000000 are supported/,
    ],
  ] as [Simulation, RegExp][])('%j', (simulation, message) => {
    expect(() => made(simulation)).toThrow(message);
  });

  it.each([
    [{ rounds: 0 }, 'rounds'],
    [{ rounds: 1e12 }, 'rounds'],
    [{ k: 0 }, 'k'],
    [{ attacks: [{ kind: 'boosting', share: 1.2 }] }, 'share'],
    [{ attacks: [{ kind: 'boosting' }] }, 'attacks'],
    [{ attacks: [{ kind: 'boosting', share: 0.2, nodes: ['a'] }] }, 'attacks'],
    [{ attacks: [{ kind: 'boosting', share: 0.2, strength: -1 }] }, 'strength'],
    [{ nodes: { a: { kind: 'model', quality: 5, latencyMs: -1 } } }, 'latencyMs'],
    [{ nodes: { a: { kind: 'model', quality: 5, latencyMs: { mean: Number.NaN } } } }, 'latencyMs'],
    [{ consensus: { trust: { min: 2, max: 1 } } }, 'trust'],
    [{ consensus: { trimmed: 0.5 } }, 'trimmed'],
    [{ sweep: { a: [1], b: [1], c: [1] } }, 'sweep'],
    [{ nodes: { a: { kind: 'model', quality: 11, latencyMs: 1 } } }, 'quality'],
    [{ nodes: { a: { kind: 'model', quality: { mean: 11 }, latencyMs: 1 } } }, 'quality'],
  ])('the config refuses %j', (simulation, key) => {
    const result = configSchema.safeParse({ ...settingsOf(), simulation });
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error!.issues)).toContain(key);
  });

  it('refuses runs without scores, without samples, and with impossible latencies', () => {
    const { table, config } = measuredOf();
    const build = (measured: RunTable) =>
      buildPopulation({ config: settingsOf(), measured: { table: measured, config } });
    expect(() => build(new RunTable(config))).toThrow(/^run: has no samples/);
    const bare = new RunTable(config);
    bare.addSample(sample('s1'));
    bare.addGeneration(answer('s1', 'a'));
    expect(() => build(bare)).toThrow(/^run: has no scores/);
    const { scoreQuality } = table;
    scoreQuality[0] = 20;
    expect(() => build(table)).toThrow(/^run: has a quality of 20 among its scores/);
    scoreQuality[0] = 5;
    table.addGeneration(answer('s1', 'a', { latencyMs: -4 }));
    expect(() => build(table)).toThrow(/^run: has a latencyMs of -4 among its generations/);
  });

  it('refuses names that are taken, and populations in which nothing can happen', () => {
    const nodes = { sts: NODES.judge! };
    expect(() => buildPopulation({ config: settingsOf({ nodes }), measured: measuredOf() })).toThrow(
      /nodes\.sts: is the name of a measured node/,
    );
    const population = populationOf(randomShape(1));
    population.state.fill(FAILED);
    expect(() => makePlan(population, settingsOf({ k: 1 }, { failures: 'exclude' }))).toThrow(/no generation/);
  });
});

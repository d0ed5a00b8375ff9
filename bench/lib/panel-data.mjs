import { Rng } from '../../src/core/stats/rng.ts';

/** A made-up run in the shapes that the host sends to the panel; all of it from one seed. */

const SEED = 1;
const RESAMPLES = 2000;
const WORDS = 'the river old town market hall bridge north stone green quiet early train letter winter garden'.split(
  ' ',
);

const uniform = (rng) => rng.nextUint32() / 2 ** 32;
const fill = (count, make) => Float64Array.from({ length: count }, make);

export function makeRows({ samples, models }) {
  const rng = Rng.stream(SEED, 1);
  const places = samples * models;
  const files = Array.from({ length: 20 }, (_, i) => `prompts/part-${i}.jsonl`);
  const tags = ['easy', 'hard', 'long', 'short', 'dated'];
  return {
    samples: Array.from({ length: samples }, (_, i) => `prompts/part-${i % 20}.jsonl#${i}`),
    models: modelIds(models),
    tasks: ['qa', 'summarisation'],
    task: Int32Array.from({ length: samples }, () => rng.nextInt(2)),
    tags,
    tagStart: Uint32Array.from({ length: samples + 1 }, (_, i) => i),
    tagList: Uint32Array.from({ length: samples }, () => rng.nextInt(tags.length)),
    files,
    file: Int32Array.from({ length: samples }, (_, i) => i % 20),
    line: Uint32Array.from({ length: samples }, (_, i) => i + 1),
    state: Uint8Array.from({ length: places }, () => (rng.nextInt(100) === 0 ? 2 : 1)),
    quality: fill(places, () => 10 * Math.sqrt(uniform(rng))),
    truth: fill(places, () => 10 * uniform(rng)),
    latencyMs: fill(places, () => 50 * Math.exp(2 * uniform(rng))),
    failedChecks: Uint8Array.from({ length: places }, () => (rng.nextInt(20) === 0 ? 1 : 0)),
  };
}

/** A sample's texts: a prompt of 120 words, a reference and answers of 40. */
export function makeDetail(rows, index) {
  const rng = Rng.stream(SEED, 1000 + index);
  const text = (words) => ({
    text: Array.from({ length: words }, () => WORDS[rng.nextInt(WORDS.length)]).join(' '),
    cut: null,
  });
  return {
    id: rows.samples[index],
    task: rows.tasks[rows.task[index]],
    group: null,
    tags: [rows.tags[rows.tagList[index]]],
    messages: [{ role: 'user', ...text(120) }],
    references: [text(40)],
    unanswerable: false,
    source: { file: rows.files[rows.file[index]], line: rows.line[index] },
    outputs: rows.models.map((model, m) => {
      const quality = rows.quality[index * rows.models.length + m];
      return {
        model,
        repeat: 0,
        text: text(40),
        error: null,
        quality,
        truthF1: null,
        reward: null,
        latencyMs: rows.latencyMs[index * rows.models.length + m],
        ttftMs: null,
        inputTokens: 160,
        outputTokens: 53,
        device: 'cpu',
        reused: false,
        finish: 'stop',
        scores: ['sts', 'rouge', 'chrf'].map((evaluator) => ({
          evaluator,
          raw: quality,
          quality,
          error: null,
          compared: 'reference',
        })),
        checks: [],
      };
    }),
  };
}

export function makeReport({ samples, models }, key) {
  const rng = Rng.stream(SEED, 2);
  const ids = modelIds(models);
  const around = (mean, spread) =>
    fill(RESAMPLES + 1, (_, i) => (i === 0 ? mean : mean + spread * (uniform(rng) - 0.5)));
  const estimate = (mean, half) => ({ mean, low: mean - half, high: mean + half });
  const latency = (mean) => ({ mean, p50: mean, p95: 2 * mean, count: samples });
  const means = ids.map((id, i) => ({ id, quality: 6 + 0.5 * i, cost: i / Math.max(1, models - 1) }));
  const weighed = ({ quality, cost }) => ({ quality: around(quality, 0.3), cost: around(cost, 0.02), units: samples });
  const reward = { mean: 0.5, low: 0.45, high: 0.55 };
  const node = { alpha: 1, beta: 0.5, cost: { of: 'latency', normalize: 'minmax' } };
  const modelOf = ({ id, quality, cost }) => ({
    id,
    samples,
    errors: 10,
    reused: 0,
    quality: estimate(quality, 0.1),
    truth: { f1: 5, exact: 3 },
    metrics: { rougeL: 5, chrf: 5 },
    checks: { passed: samples - 5, total: samples },
    latencyMs: latency(100 + 400 * cost),
    ttftMs: latency(30),
    queueMs: latency(0.1),
    tokensPerSecond: 40,
    cost: { tokens: 53, money: null, energy: null },
    normalizedCost: cost,
    reward,
    rewardNote: null,
    qualityPerMs: 0.02,
    pareto: true,
    devices: ['cpu'],
    byTask: {},
  });
  const pairs = means.flatMap((a, i) => means.slice(i + 1).map((b) => ({ a, b })));
  const run = {
    key,
    id: key,
    folder: 'bench',
    isBaseline: false,
    active: false,
    canResume: false,
    state: 'done',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T01:00:00.000Z',
    samples,
    models: ids,
    evaluators: ['sts', 'rouge', 'chrf'],
    files: [],
    machine: 'a machine',
    winner: null,
    problem: null,
  };
  return {
    run,
    done: samples * models,
    total: samples * models,
    summary: {
      run: key,
      path: '',
      state: 'done',
      samples,
      models: means.map(modelOf),
      pairs: pairs.map(({ a, b }) => ({
        a: a.id,
        b: b.id,
        samples,
        quality: estimate(a.quality - b.quality, 0.1),
        reward: estimate(0, 0.01),
        verdict: 'undecided',
        on: 'reward',
        samplesToDecide: 1000,
      })),
      evaluators: [],
      gates: [],
      intervals: { method: 'percentile bootstrap', resamples: RESAMPLES, unit: 'sample', seed: SEED },
      warnings: [],
    },
    weighing: {
      models: means.map((m) => ({ id: m.id, ...weighed(m) })),
      pairs: pairs.map(({ a, b }) => ({
        a: a.id,
        b: b.id,
        id: `${a.id} ${b.id}`,
        samples,
        ...weighed({ quality: a.quality - b.quality, cost: a.cost - b.cost }),
      })),
    },
    reward: { models: node, evaluators: node, consensus: 'mean', closeness: 'inclusive', failures: 'zero' },
    latencies: ids.map((model) => ({ model, values: fill(2000, () => 50 * Math.exp(2 * uniform(rng))) })),
    modelOrder: ids,
    passMinQuality: 5,
    versions: {},
  };
}

const modelIds = (models) => Array.from({ length: models }, (_, i) => `model-${i}`);

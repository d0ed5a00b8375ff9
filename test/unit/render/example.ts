import { configSchema, type RewardConfig } from '../../../src/core/config.ts';
import type { ReportInput, ReportSample } from '../../../src/core/report/render/input.ts';
import type {
  Estimate,
  EvaluatorSummary,
  LatencyFigures,
  ModelSummary,
  PairSummary,
  RunSummary,
} from '../../../src/core/report/summary.ts';

/** A run of three models made up for the renderers' tests. */

export const estimate = (mean: number | null, low: number | null = null, high: number | null = null): Estimate => ({
  mean,
  low,
  high,
});

const latency = (mean: number | null, p50 = mean, p95 = mean, count = 64): LatencyFigures => ({
  mean,
  p50,
  p95,
  count: mean === null ? 0 : count,
});

export function model(id: string, over: Partial<ModelSummary> = {}): ModelSummary {
  return {
    id,
    samples: 64,
    errors: 0,
    reused: 0,
    quality: estimate(7.82, 7.51, 8.13),
    truth: { f1: 6.912, exact: 5.3 },
    metrics: { rougeL: 7.01, chrf: 6.604 },
    checks: { passed: 0, total: 0 },
    latencyMs: latency(431.2, 420.4, 612.7),
    ttftMs: latency(90, 88.4, 120),
    queueMs: latency(0.2, 0.1, 1),
    tokensPerSecond: 41.03,
    cost: { tokens: 88.25, money: null, energy: null },
    normalizedCost: 0.341,
    reward: estimate(0.613, 0.572, 0.654),
    rewardNote: null,
    qualityPerMs: 0.01813,
    pareto: true,
    devices: ['cpu'],
    byTask: {
      qa: { samples: 40, quality: estimate(8.1, 7.8, 8.4), f1: 7.4 },
      summarisation: { samples: 24, quality: estimate(7.35, 6.9, 7.8), f1: 6.1 },
    },
    ...over,
  };
}

export function evaluator(id: string, over: Partial<EvaluatorSummary> = {}): EvaluatorSummary {
  return {
    id,
    kind: 'lexical',
    samples: 192,
    errors: 0,
    skipped: 0,
    usesReference: true,
    compared: { reference: 192, prompt: 0 },
    quality: estimate(6.2, 5.9, 6.5),
    latencyMs: latency(0.061, 0.0503, 0.12, 192),
    reward: estimate(0.91, 0.88, 0.94),
    rewardNote: null,
    normalizedCost: 0,
    closeness: 0.912,
    truthPearson: { pooled: 0.934, byTask: { qa: 0.951, summarisation: 0.812 }, withinModel: 0.87 },
    ...over,
  };
}

export function pair(a: string, b: string, over: Partial<PairSummary> = {}): PairSummary {
  return {
    a,
    b,
    samples: 64,
    quality: estimate(-0.78, -1.1, -0.4),
    reward: estimate(0.25, 0.19, 0.31),
    verdict: 'a',
    on: 'reward',
    samplesToDecide: null,
    ...over,
  };
}

export function summary(over: Partial<RunSummary> = {}): RunSummary {
  return {
    run: '20261122T203100Z-7f3a',
    path: '.poq/runs/20261122T203100Z-7f3a',
    state: 'done',
    samples: 64,
    models: [
      model('medium'),
      model('large', {
        quality: estimate(8.6, 8.4, 8.8),
        truth: { f1: 7.9, exact: 6.1 },
        latencyMs: latency(1340, 1320, 1900),
        ttftMs: latency(320, 310, 400),
        tokensPerSecond: 28,
        normalizedCost: 1,
        reward: estimate(0.36, 0.33, 0.39),
        qualityPerMs: 0.00642,
        devices: ['cuda'],
      }),
      model('small', {
        errors: 2,
        quality: estimate(3.4, 3, 3.8),
        truth: { f1: 2.8, exact: 1 },
        latencyMs: latency(97, 95, 140),
        ttftMs: latency(22, 21, 30),
        tokensPerSecond: 170,
        normalizedCost: 0,
        reward: estimate(0.34, 0.29, 0.39),
        qualityPerMs: 0.0351,
      }),
    ],
    pairs: [
      pair('medium', 'large'),
      pair('medium', 'small', { reward: estimate(0.27, 0.2, 0.34) }),
      pair('small', 'large', {
        quality: estimate(-5.2, -5.6, -4.8),
        reward: estimate(-0.02, -0.07, 0.03),
        verdict: 'undecided',
        samplesToDecide: 238,
      }),
    ],
    evaluators: [
      evaluator('rouge'),
      evaluator('chrf', { truthPearson: { pooled: 0.9, byTask: { qa: 0.9, summarisation: 0.85 }, withinModel: 0.8 } }),
      evaluator('sts', {
        kind: 'bi-encoder',
        usesReference: true,
        compared: { reference: 180, prompt: 12 },
        latencyMs: latency(4.2, 4.01, 6.3, 192),
        normalizedCost: 1,
        reward: estimate(0.42, 0.4, 0.44),
        errors: 1,
      }),
    ],
    gates: [
      { metric: 'quality', model: 'medium', min: 5, on: 'mean', value: 7.82, pass: true, note: null },
      { metric: 'p95Ms', model: 'large', max: 1500, on: 'mean', value: 1900, pass: false, note: null },
    ],
    intervals: { method: 'percentile bootstrap', resamples: 2000, unit: 'sample', seed: 1 },
    warnings: ['The models ran on different devices (cpu, cuda): their latencies are not like for like.'],
    ...over,
  };
}

export const reward: RewardConfig = configSchema.shape.reward.parse({});

export const sample: ReportSample = {
  why: 'disagreement',
  id: 'qa/places.prompt.yml#14',
  task: 'qa',
  source: 'qa/places.prompt.yml:88',
  prompt: 'Which river runs through the old town?',
  references: ['the river Sorn'],
  outputs: [
    {
      model: 'medium',
      text: 'the river Sorn',
      quality: 10,
      truthF1: 10,
      latencyMs: 410,
      scores: [
        { evaluator: 'rouge', quality: 10 },
        { evaluator: 'sts', quality: 9.9 },
      ],
      checks: [{ label: 'contains "Sorn"', pass: true }],
    },
    { model: 'large', text: 'It is the river Sorn.', quality: 7.1, truthF1: 6.7, latencyMs: 1900 },
    { model: 'small', error: 'the endpoint hung up', quality: 0, truthF1: 0, latencyMs: 92 },
  ],
};

/** Latencies that look like latencies: skewed, the same every time. */
const spread = (centre: number) =>
  Array.from({ length: 64 }, (_, i) => centre * Math.exp(0.22 * Math.sin(i * 12.9898) + 0.18 * Math.cos(i * 78.233)));

export function reportInput(over: Partial<ReportInput> = {}): ReportInput {
  return {
    summary: summary(),
    meta: {
      title: 'quickstart',
      id: '20261122T203100Z-7f3a',
      startedAt: '2026-11-22T20:31:00.000Z',
      machine: 'Linux x64, AMD EPYC, 2 cores, 8 GB',
      versions: { poq: '0.1.0', node: '20.18.1' },
      configText: '{\n  "prompts": ["prompts/**"]\n}',
      modelOrder: ['small', 'medium', 'large'],
    },
    reward,
    latencies: [
      { model: 'small', values: spread(95) },
      { model: 'medium', values: spread(420) },
      { model: 'large', values: spread(1320) },
    ],
    winners: [
      { from: 0, to: 0.12, model: 'large' },
      { from: 0.12, to: 1.29, model: 'medium' },
      { from: 1.29, to: null, model: 'small' },
    ],
    samples: [sample],
    ...over,
  };
}

import type { Config } from '../config.ts';
import { BOOTSTRAP_METHOD, JointBootstrap, RESAMPLES } from '../stats/bootstrap.ts';
import type { CheckRow, GenerationRow, ScoreRow } from '../types.ts';
import { EvaluatorEstimates } from './evaluator-estimates.ts';
import { evaluateGates } from './gates.ts';
import { latencyFigures } from './latency.ts';
import { consensusQualities, forEachPlace, meanCost, meanOf, modelMeasures, truthMeans } from './measures.ts';
import { ModelEstimates } from './model-estimates.ts';
import { paretoFront } from './pareto.ts';
import type { Estimate, ModelSummary, RunSummary } from './summary.ts';
import { GOOD, REUSED, RunTable, type SampleInfo } from './table.ts';
import { estimateMeans, estimateOf, estimateRatio, type Resampling, type Units, unitsOf } from './units.ts';
import { runWarnings } from './warnings.ts';
import { pairSummary, qualityInterval, ranked, rewardOf, type Weighing } from './weighing.ts';

export interface SummaryOptions {
  run: string;
  path: string;
  state: RunSummary['state'];
  /** False leaves intervals (null) and gates out: cheap enough to call while a run goes on. */
  intervals?: boolean;
}

/**
 * Turns the rows of a run into its summary. Rows may come in any order once their sample is known; of two rows with one
 * key the later counts; rows of unknown samples, models or evaluators are left out, counted and told. `summary` may be
 * called at any time, any number of times.
 */
export class RunAccumulator {
  readonly #config: Config;
  readonly #table: RunTable;

  constructor({ config, samples = [] }: { config: Config; samples?: Iterable<SampleInfo> }) {
    this.#config = config;
    this.#table = new RunTable(config);
    for (const sample of samples) this.addSample(sample);
  }

  /** The rows as numbers, for reading. */
  get table(): RunTable {
    return this.#table;
  }

  addSample(sample: SampleInfo): void {
    this.#table.addSample(sample);
  }

  addGeneration(row: GenerationRow): void {
    this.#table.addGeneration(row);
  }

  addScore(row: ScoreRow): void {
    this.#table.addScore(row);
  }

  addCheck(row: CheckRow): void {
    this.#table.addCheck(row);
  }

  summary(options: SummaryOptions): RunSummary {
    return this.report(options).summary;
  }

  /** The summary, and what rewards under other weights are computed from. */
  report({ run, path, state, intervals = true }: SummaryOptions): { summary: RunSummary; weighing: Weighing } {
    const table = this.#table;
    const { reward, gates, generation, models: configured } = this.#config;
    const resampling: Resampling = { resamples: intervals ? RESAMPLES : 0, seed: generation.seed };
    const attempted = attemptedSamples(table);
    const units = unitsOf(table.samples, (sample) => attempted[sample] === 1);
    const bootstrap = new JointBootstrap(units.count);
    const qualities = consensusQualities(table, reward.consensus);
    const measures = configured.map(({ price }, i) =>
      modelMeasures(table, i, qualities, { failures: reward.failures, cost: reward.models.cost, price }),
    );
    const modelEstimates = new ModelEstimates(table.models, measures, reward.models.cost, bootstrap, units);
    const evaluatorEstimates = new EvaluatorEstimates(table, this.#config, bootstrap, units);
    bootstrap.run(resampling.resamples, resampling.seed);

    const weighing = modelEstimates.weighing();
    const estimates = weighing.models.map((model) => {
      const normalized = model.cost?.[0] ?? Number.NaN;
      return {
        quality: estimateOf(qualityInterval(model)),
        ...rewardOf(model, reward.models),
        normalizedCost: Number.isNaN(normalized) ? null : normalized,
      };
    });
    const byTask = this.#byTask(
      measures.map((m) => m.quality),
      units,
      resampling,
    );
    const checks = table.checkCounts();
    const costs = configured.map(({ price }, i) => meanCost(table, i, reward.models.cost.of, price));
    const pareto = paretoFront(
      estimates.map(({ quality }, i) => ({
        quality: measures[i]!.failed < measures[i]!.attempted ? quality.mean : null,
        cost: costs[i]!,
      })),
    );
    const models = estimates.map((estimate, i) => ({
      id: table.models[i]!,
      samples: measures[i]!.attempted,
      errors: measures[i]!.failed,
      checks: checks[i]!,
      pareto: pareto[i]!,
      byTask: byTask[i]!,
      ...estimate,
      ...this.#figures(i, estimate.quality.mean),
    }));
    const evaluators = evaluatorEstimates.summaries();
    const summary: RunSummary = {
      run,
      path,
      state,
      samples: table.samples.length,
      models: ranked(models),
      pairs: weighing.pairs.map((pair) => pairSummary(pair, reward.models)),
      evaluators,
      gates: intervals
        ? evaluateGates(gates, {
            models,
            normalize: reward.models.cost.normalize,
            estimate: (metric, id) => this.#gateEstimate(metric, table.models.indexOf(id), units, resampling),
          })
        : [],
      intervals: { method: BOOTSTRAP_METHOD, resamples: resampling.resamples, unit: units.kind, seed: resampling.seed },
      warnings: runWarnings({
        config: this.#config,
        table,
        measures,
        evaluators,
        noModelPool: modelEstimates.noPool(),
        noEvaluatorPool: evaluatorEstimates.noPool(),
      }),
    };
    return { summary, weighing };
  }

  /** Truth, metrics, latency, speed and cost of a model: what needs no interval. */
  #figures(model: number, quality: number | null) {
    const table = this.#table;
    const { failures } = this.#config.reward;
    const { price } = this.#config.models[model]!;
    const { latencyMs, ttftMs, decodeMs, queueMs, outputTokens } = table.numbers;
    const times = { latencyMs: [] as number[], ttftMs: [] as number[], queueMs: [] as number[] };
    let reused = 0;
    let tokens = 0;
    let decoding = 0;
    forEachPlace(table, model, (place) => {
      const isReused = (table.bits[place]! & REUSED) !== 0;
      if (isReused) reused++;
      if (isReused || table.state[place] !== GOOD) return;
      if (!Number.isNaN(latencyMs[place]!)) times.latencyMs.push(latencyMs[place]!);
      if (!Number.isNaN(ttftMs[place]!)) times.ttftMs.push(ttftMs[place]!);
      if (!Number.isNaN(queueMs[place]!)) times.queueMs.push(queueMs[place]!);
      // The first token belongs to the time to first token: decoding makes the others.
      if (outputTokens[place]! > 1 && decodeMs[place]! > 0) {
        tokens += outputTokens[place]! - 1;
        decoding += decodeMs[place]!;
      }
    });
    const latency = latencyFigures(times.latencyMs);
    const truth = (name: 'f1' | 'exact' | 'rougeL' | 'chrf') => meanOf(truthMeans(table, model, name, failures));
    return {
      reused,
      truth: { f1: truth('f1'), exact: truth('exact') },
      metrics: { rougeL: truth('rougeL'), chrf: truth('chrf') },
      latencyMs: latency,
      ttftMs: latencyFigures(times.ttftMs),
      queueMs: latencyFigures(times.queueMs),
      tokensPerSecond: decoding > 0 ? (1000 * tokens) / decoding : null,
      cost: {
        tokens: meanCost(table, model, 'tokens', price),
        money: meanCost(table, model, 'money', price),
        energy: meanCost(table, model, 'energy', price),
      },
      qualityPerMs: quality !== null && latency.mean ? quality / latency.mean : null,
      devices: table.devices(model),
    };
  }

  /** For every model, quality and token F1 of each task that the samples name. */
  #byTask(qualities: Float64Array[], units: Units, resampling: Resampling): ModelSummary['byTask'][] {
    const table = this.#table;
    const { failures } = this.#config.reward;
    const tasks = [...new Set(table.samples.map((sample) => sample.task))].filter((task) => task !== null);
    const f1 = table.models.map((_, model) => truthMeans(table, model, 'f1', failures));
    const result = table.models.map(() => [] as [string, ModelSummary['byTask'][string]][]);
    for (const task of tasks) {
      const ofTask = (sample: number) => table.samples[sample]!.task === task;
      const taskUnits = unitsOf(table.samples, (sample) => units.of[sample]! >= 0 && ofTask(sample));
      const only = (values: Float64Array) => values.map((value, sample) => (ofTask(sample) ? value : Number.NaN));
      const estimates = estimateMeans(taskUnits, qualities.map(only), resampling);
      for (const [model, quality] of estimates.entries()) {
        let samples = 0;
        forEachPlace(table, model, (_, sample) => {
          if (ofTask(sample)) samples++;
        });
        if (samples > 0) result[model]!.push([task, { samples, quality, f1: meanOf(only(f1[model]!)) }]);
      }
    }
    return result.map((entries) => Object.fromEntries(entries));
  }

  #gateEstimate(metric: 'truth' | 'checks', model: number, units: Units, resampling: Resampling): Estimate {
    const table = this.#table;
    if (metric === 'truth') {
      const f1 = truthMeans(table, model, 'f1', this.#config.reward.failures);
      return estimateMeans(units, [f1], resampling)[0]!;
    }
    const { passed, total } = table.checksBySample(model);
    return estimateRatio(units, passed, total, resampling);
  }
}

/** 1 for samples that at least one model has attempted. */
function attemptedSamples(table: RunTable): Uint8Array {
  const attempted = new Uint8Array(table.samples.length);
  for (let model = 0; model < table.models.length; model++) {
    forEachPlace(table, model, (_, sample) => {
      attempted[sample] = 1;
    });
  }
  return attempted;
}

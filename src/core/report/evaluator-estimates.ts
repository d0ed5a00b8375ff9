import type { Config, EvaluatorConfig, Price } from '../config.ts';
import { hasReference, usesReference } from '../evaluators.ts';
import { closeness } from '../reward/consensus.ts';
import { budgetCost, type CostFunction, costFunction, minmaxCosts } from '../reward/cost.ts';
import { evaluatorReward } from '../reward/reward.ts';
import type { JointBootstrap, Statistic } from '../stats/bootstrap.ts';
import { type PairedColumns, pearson, pearsonWithin } from '../stats/correlation.ts';
import { latencyFigures } from './latency.ts';
import { forEachPlace, scoresAt } from './measures.ts';
import { unknownCost } from './reward-notes.ts';
import type { EvaluatorSummary } from './summary.ts';
import { BY_PROMPT, BY_REFERENCE, FAILED, GOOD, type RunTable } from './table.ts';
import { estimateOf, MeanColumn, UnitSums, type Units } from './units.ts';

/** What one evaluator did, over the successful generations; every score weighs the same. */
interface EvaluatorTally {
  samples: number;
  errors: number;
  skipped: number;
  compared: { reference: number; prompt: number };
  unknownCosts: number;
  latencies: number[];
  quality: UnitSums;
  closeness: UnitSums;
  cost: UnitSums;
}

interface EvaluatorColumns {
  quality: MeanColumn;
  closeness: MeanColumn;
  cost: MeanColumn;
}

/**
 * Figures of all evaluators from one joint bootstrap. The constructor adds the columns; `summaries` is read after the
 * bootstrap has run.
 */
export class EvaluatorEstimates {
  readonly #tallies: EvaluatorTally[];
  readonly #costs: CostFunction[];
  readonly #columns: EvaluatorColumns[];
  readonly #normalized: (Statistic | null)[];
  #pool: number[][] | null = null;

  constructor(
    readonly table: RunTable,
    readonly config: Pick<Config, 'evaluators' | 'reward'>,
    readonly bootstrap: JointBootstrap,
    units: Units,
  ) {
    const { of } = config.reward.evaluators.cost;
    this.#costs = config.evaluators.map((evaluator) => costFunction(of, priceOf(evaluator)));
    this.#tallies = config.evaluators.map(() => ({
      samples: 0,
      errors: 0,
      skipped: 0,
      compared: { reference: 0, prompt: 0 },
      unknownCosts: 0,
      latencies: [],
      quality: new UnitSums(units),
      closeness: new UnitSums(units),
      cost: new UnitSums(units),
    }));
    for (let model = 0; model < table.models.length; model++) {
      forEachPlace(table, model, (place, sample) => {
        if (table.state[place] === GOOD) this.#tally(place, sample);
      });
    }
    this.#columns = this.#tallies.map((tally) => ({
      quality: new MeanColumn(bootstrap, tally.quality),
      closeness: new MeanColumn(bootstrap, tally.closeness),
      cost: new MeanColumn(bootstrap, tally.cost),
    }));
    this.#normalized = this.#tallies.map((tally, i) => this.#normalizedCost(tally, i));
  }

  summaries(): EvaluatorSummary[] {
    return this.config.evaluators.map((evaluator, i) => {
      const tally = this.#tallies[i]!;
      const { quality, closeness } = this.#columns[i]!;
      const cost = this.#normalized[i];
      const data = this.bootstrap.rows[0]!;
      const meanCloseness = closeness.at(data);
      const normalized = cost ? cost(data, 0) : Number.NaN;
      const weights = this.config.reward.evaluators;
      const reward = estimateOf(
        this.bootstrap.estimate(
          (sums, row) => (cost ? evaluatorReward(weights, closeness.at(sums), cost(sums, row)) : Number.NaN),
          closeness.units,
        ),
      );
      return {
        id: evaluator.id,
        kind: evaluator.kind,
        samples: tally.samples,
        errors: tally.errors,
        skipped: tally.skipped,
        usesReference: usesReference(evaluator),
        compared: tally.compared,
        quality: estimateOf(this.bootstrap.estimate((sums) => quality.at(sums), quality.units)),
        latencyMs: latencyFigures(tally.latencies),
        reward,
        rewardNote: reward.mean === null ? this.#note(tally, Number.isNaN(meanCloseness)) : null,
        normalizedCost: Number.isNaN(normalized) ? null : normalized,
        closeness: Number.isNaN(meanCloseness) ? null : meanCloseness,
        truthPearson: truthPearson(this.table, i),
      };
    });
  }

  /** True where min-max has nothing to compare: one evaluator with a known cost, or all of them equal. */
  noPool(): boolean {
    const pool = this.#minmax()[0]!.filter((cost) => !Number.isNaN(cost));
    return pool.length > 0 && pool.every((cost) => cost === 0);
  }

  #tally(place: number, sample: number): void {
    const { table, config } = this;
    const { consensus, closeness: mode, evaluators } = config.reward;
    const { normalize } = evaluators.cost;
    const scores = scoresAt(table, place);
    let scored = 0;
    for (const [i, evaluator] of config.evaluators.entries()) {
      const tally = this.#tallies[i]!;
      const at = place * config.evaluators.length + i;
      if (table.scoreState[at] === FAILED) {
        tally.samples++;
        tally.errors++;
      } else if (table.scoreState[at] === GOOD) {
        const close = closeness(scores, scored++, consensus, mode) ?? Number.NaN;
        const latencyMs = table.scoreLatencyMs[at]!;
        // Scores report neither tokens nor energy.
        const cost = this.#costs[i]!(latencyMs, Number.NaN, Number.NaN, Number.NaN);
        tally.samples++;
        if (table.scoreBits[at]! & BY_REFERENCE) tally.compared.reference++;
        if (table.scoreBits[at]! & BY_PROMPT) tally.compared.prompt++;
        if (!Number.isNaN(latencyMs)) tally.latencies.push(latencyMs);
        tally.quality.add(sample, table.scoreQuality[at]!);
        tally.closeness.add(sample, close);
        if (Number.isNaN(cost)) tally.unknownCosts++;
        else if (normalize === 'minmax') tally.cost.add(sample, cost);
        // Under a budget every score has its own reward, which needs its closeness.
        else if (!Number.isNaN(close)) tally.cost.add(sample, budgetCost(cost, normalize.budget));
      } else if (usesReference(evaluator) && !hasReference(table.samples[sample]!)) tally.skipped++;
    }
  }

  #known(tally: EvaluatorTally): boolean {
    return tally.unknownCosts === 0;
  }

  #normalizedCost(tally: EvaluatorTally, evaluator: number): Statistic | null {
    const { cost, beta } = this.config.reward.evaluators;
    if (!this.#known(tally)) return beta === 0 ? () => Number.NaN : null;
    if (cost.normalize !== 'minmax') return (sums) => this.#columns[evaluator]!.cost.at(sums);
    return (_, row) => this.#minmax()[row]![evaluator]!;
  }

  /** Per (re)sample, every evaluator's mean cost relative to the pool. */
  #minmax(): number[][] {
    this.#pool ??= this.bootstrap.rows.map((sums) =>
      minmaxCosts(this.#columns.map(({ cost }, i) => (this.#known(this.#tallies[i]!) ? cost.at(sums) : Number.NaN))),
    );
    return this.#pool;
  }

  #note(tally: EvaluatorTally, noCloseness: boolean): string {
    const scored = tally.samples - tally.errors;
    if (scored === 0) return 'it scored no generation';
    if (noCloseness) return 'leave-one-out closeness needs a second score of the same generation, and there is none';
    return unknownCost(this.config.reward.evaluators.cost.of, tally.unknownCosts, scored, 'scores');
  }
}

function priceOf(evaluator: EvaluatorConfig): Price | undefined {
  return 'price' in evaluator ? evaluator.price : undefined;
}

/** Pearson's r of an evaluator's scores with token F1, over the generations that have both. */
function truthPearson(table: RunTable, evaluator: number): EvaluatorSummary['truthPearson'] {
  const pooled = { x: [] as number[], y: [] as number[] };
  const tasks = new Map<string, typeof pooled>();
  const models: PairedColumns[] = [];
  for (let model = 0; model < table.models.length; model++) {
    const own = { x: [] as number[], y: [] as number[] };
    models.push(own);
    forEachPlace(table, model, (place, sample) => {
      const score = table.scoreQuality[place * table.evaluators.length + evaluator]!;
      const f1 = table.numbers.f1[place]!;
      if (table.state[place] !== GOOD || Number.isNaN(score) || Number.isNaN(f1)) return;
      const { task } = table.samples[sample]!;
      if (task !== null && !tasks.has(task)) tasks.set(task, { x: [], y: [] });
      for (const columns of [pooled, own, task === null ? null : tasks.get(task)]) {
        columns?.x.push(score);
        columns?.y.push(f1);
      }
    });
  }
  return {
    pooled: pearson(pooled.x, pooled.y),
    byTask: Object.fromEntries([...tasks].map(([task, { x, y }]) => [task, pearson(x, y)])),
    withinModel: pearsonWithin(models),
  };
}

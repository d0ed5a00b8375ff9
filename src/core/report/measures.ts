import type { Config, ConsensusRule, NodeRewardConfig, Price } from '../config.ts';
import { consensus } from '../reward/consensus.ts';
import { budgetCost, type CostKind, costFunction } from '../reward/cost.ts';
import { ABSENT, FAILED, type GenerationNumber, GOOD, REUSED, type RunTable } from './table.ts';

/** Consensus quality of every generation, by place: NaN where it failed, is absent or has no score. */
export function consensusQualities(table: RunTable, rule: ConsensusRule): Float64Array {
  const qualities = new Float64Array(table.state.length).fill(Number.NaN);
  const end = table.place(table.samples.length, 0, 0);
  for (let place = 0; place < end; place++) {
    if (table.state[place] === GOOD) qualities[place] = consensus(scoresAt(table, place), rule) ?? Number.NaN;
  }
  return qualities;
}

/** The scores that a generation has, in the order of the evaluators. */
export function scoresAt(table: RunTable, place: number): number[] {
  const scores: number[] = [];
  const first = place * table.evaluators.length;
  for (let at = first; at < first + table.evaluators.length; at++) {
    if (table.scoreState[at] === GOOD) scores.push(table.scoreQuality[at]!);
  }
  return scores;
}

/**
 * What the statistics of one model start from. Arrays have one value per sample, repeats averaged: NaN where the sample
 * has none. A generation is counted when it succeeded and has a quality, or when it failed and failures count as zero.
 */
export interface ModelMeasures {
  attempted: number;
  failed: number;
  /** Successful, but without the score of any evaluator: in no mean of quality or reward. */
  unscored: number;
  /** Over counted generations. */
  quality: Float64Array;
  /** Cost of the kind that the reward uses, over successful generations; null where one of them is unknown. */
  cost: Float64Array | null;
  /** Under a budget: min(1, cost / budget) over counted generations; null where the cost of a success is unknown. */
  budgetCost: Float64Array | null;
  /** Successful generations whose cost is not known. */
  unknownCosts: number;
  /** Failed ones whose cost is not known. */
  unmeasuredFailures: number;
}

interface ModelMeasuresOptions {
  failures: Config['reward']['failures'];
  cost: NodeRewardConfig['cost'];
  price: Price | undefined;
}

export function modelMeasures(
  table: RunTable,
  model: number,
  qualities: Float64Array,
  { failures, cost, price }: ModelMeasuresOptions,
): ModelMeasures {
  const counted = (place: number) =>
    table.state[place] === FAILED ? failures === 'zero' : !Number.isNaN(qualities[place]!);
  const quality = sampleMeans(table, model, (place) =>
    table.state[place] === FAILED ? (failures === 'zero' ? 0 : Number.NaN) : qualities[place]!,
  );
  const costs = generationCosts(table, cost.of, price);
  const tally = { attempted: 0, failed: 0, unscored: 0, unknownCosts: 0, unmeasuredFailures: 0, knownCosts: 0 };
  forEachPlace(table, model, (place) => {
    const unknown = Number.isNaN(costs(place));
    tally.attempted++;
    if (!unknown) tally.knownCosts++;
    if (table.state[place] === FAILED) {
      tally.failed++;
      if (unknown) tally.unmeasuredFailures++;
    } else {
      if (Number.isNaN(qualities[place]!)) tally.unscored++;
      if (unknown) tally.unknownCosts++;
    }
  });
  const { knownCosts, ...counts } = tally;
  const known = counts.unknownCosts === 0 && knownCosts > 0;
  const { normalize } = cost;
  return {
    ...counts,
    quality,
    cost: known ? successMeans(table, model, costs) : null,
    budgetCost:
      known && normalize !== 'minmax'
        ? sampleMeans(table, model, (place) => {
            if (!counted(place)) return Number.NaN;
            const spent = costs(place);
            // A failure that nobody measured takes the whole budget: not to answer must never be the cheaper way.
            return Number.isNaN(spent) ? 1 : budgetCost(spent, normalize.budget);
          })
        : null,
  };
}

/** Mean cost of a successful generation, repeats averaged within samples; null where one is unknown or none is. */
export function meanCost(table: RunTable, model: number, kind: CostKind, price: Price | undefined): number | null {
  const costs = generationCosts(table, kind, price);
  let unknown = false;
  forEachPlace(table, model, (place) => {
    if (table.state[place] === GOOD && Number.isNaN(costs(place))) unknown = true;
  });
  return unknown ? null : meanOf(successMeans(table, model, costs));
}

/** Mean of truth or a metric over samples; a failure counts as zero or not at all, as the config says. */
export function truthMeans(
  table: RunTable,
  model: number,
  name: GenerationNumber,
  failures: Config['reward']['failures'],
): Float64Array {
  const values = table.numbers[name];
  return sampleMeans(table, model, (place) =>
    table.state[place] === FAILED && failures === 'exclude' ? Number.NaN : values[place]!,
  );
}

/** Latency per sample, of fresh successes only: a reused one was measured at another time. */
export function latencyMeans(table: RunTable, model: number): Float64Array {
  const { latencyMs } = table.numbers;
  return sampleMeans(table, model, (place) =>
    table.state[place] === GOOD && (table.bits[place]! & REUSED) === 0 ? latencyMs[place]! : Number.NaN,
  );
}

/** Mean of the values that are not NaN; null where there are none. */
export function meanOf(values: Float64Array): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** Calls back with the place of every attempted generation of a model. */
export function forEachPlace(table: RunTable, model: number, visit: (place: number, sample: number) => void): void {
  for (let sample = 0; sample < table.samples.length; sample++) {
    const first = table.place(sample, model, 0);
    for (let place = first; place < first + table.repeats; place++) {
      if (table.state[place] !== ABSENT) visit(place, sample);
    }
  }
}

/** The cost of a generation by its place, NaN where unknown. */
export function generationCosts(table: RunTable, kind: CostKind, price: Price | undefined): (place: number) => number {
  const { latencyMs, inputTokens, outputTokens, energyJ } = table.numbers;
  const cost = costFunction(kind, price);
  return (place) => cost(latencyMs[place]!, inputTokens[place]!, outputTokens[place]!, energyJ[place]!);
}

function successMeans(table: RunTable, model: number, value: (place: number) => number): Float64Array {
  return sampleMeans(table, model, (place) => (table.state[place] === GOOD ? value(place) : Number.NaN));
}

/** Per sample, the mean over the repeats whose value is not NaN; NaN without any. */
function sampleMeans(table: RunTable, model: number, value: (place: number) => number): Float64Array {
  const sums = new Float64Array(table.samples.length);
  const counts = new Float64Array(table.samples.length);
  forEachPlace(table, model, (place, sample) => {
    const x = value(place);
    if (Number.isNaN(x)) return;
    sums[sample]! += x;
    counts[sample]!++;
  });
  return sums.map((sum, sample) => sum / counts[sample]!);
}

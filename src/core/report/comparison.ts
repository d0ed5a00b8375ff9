import type { Config } from '../config.ts';
import { modelReward } from '../reward/reward.ts';
import { BOOTSTRAP_METHOD, JointBootstrap, RESAMPLES } from '../stats/bootstrap.ts';
import { type ComparedRun, comparability, comparisonNotes } from './comparison-notes.ts';
import { consensusQualities, latencyMeans, type ModelMeasures, modelMeasures } from './measures.ts';
import { PairDifference } from './pairs.ts';
import { unknownCost } from './reward-notes.ts';
import type { Estimate, RunSummary } from './summary.ts';
import { ABSENT, type RunTable } from './table.ts';
import { estimateOf, MeanColumn, UnitSums, type Units, unitsOf } from './units.ts';
import { pairSummary } from './weighing.ts';

export type { ComparedRun } from './comparison-notes.ts';

/** Two runs compared, `run` minus `base`, paired by sample id over the samples that both hold. */
export interface RunComparison {
  base: { run: string; startedAt: string };
  run: { run: string; startedAt: string };
  /** Of the models that both have, in the order of the run's config. */
  models: ModelChange[];
  /** Models that only one of the runs has. */
  onlyBase: string[];
  onlyRun: string[];
  /** Samples that only one of the runs has. */
  samplesOnlyBase: number;
  samplesOnlyRun: number;
  /** What makes the comparison unfair or incomplete, in sentences. */
  notes: string[];
  /** How the intervals were made. */
  intervals: RunSummary['intervals'];
}

/** Figures are means over the paired samples, so that every difference is that of what stands beside it. */
export interface ModelChange {
  id: string;
  /** Samples that both runs have for this model, with a known quality. */
  samples: number;
  before: { quality: number | null; reward: number | null; latencyMs: number | null };
  after: { quality: number | null; reward: number | null; latencyMs: number | null };
  /** Null where the runs' evaluators differ: a note says so. */
  quality: Estimate;
  /** Null estimates with `rewardNote` where the reward cannot be compared (min-max; another reward config). */
  reward: Estimate;
  rewardNote: string | null;
  /** Difference of the mean latency over the paired samples that are fresh in both, in milliseconds. */
  latencyMs: Estimate;
  /** Of the reward, or of the quality where the reward is null. */
  verdict: 'better' | 'worse' | 'undecided';
  on: 'reward' | 'quality';
  samplesToDecide: number | null;
  /** Samples whose quality changed most, worst first; at most 10. */
  largest: { sample: string; before: number; after: number }[];
}

/** Samples whose quality changed most that are named. */
const LARGEST = 10;
const NOTHING: Readonly<Estimate> = { mean: null, low: null, high: null };
const VERDICT = { a: 'better', b: 'worse', undecided: 'undecided' } as const;

/**
 * What changed from one run to another, by model: the mean difference over the samples that both hold, repeats
 * averaged, with its interval. Both qualities follow the consensus and the treatment of failures of `run`.
 */
export function compareRuns(base: ComparedRun, run: ComparedRun): RunComparison {
  const baseIndex = new Map(base.table.samples.map(({ id }, i) => [id, i]));
  const shared: [base: number, run: number][] = [];
  for (const [i, { id }] of run.table.samples.entries()) {
    const found = baseIndex.get(id);
    if (found !== undefined) shared.push([found, i]);
  }
  const infos = shared.map(([, i]) => run.table.samples[i]!);
  const units = unitsOf(infos, (i) => isAttempted(base.table, shared[i]![0]) && isAttempted(run.table, shared[i]![1]));
  const bootstrap = new JointBootstrap(units.count);
  const { rewardNote, isQualityComparable } = comparability(base.config, run.config);
  const measuresOf = measurer(base, run);
  const both = run.table.models.filter((id) => base.table.models.includes(id));
  const sides = both.map((id) => {
    const [before, after] = [measuresOf(base, id), measuresOf(run, id)];
    const change = new Change(id, paired(shared, before, after), bootstrap, units, run.config);
    return { before: before.measures, after: after.measures, change };
  });
  const { seed } = run.config.generation;
  bootstrap.run(RESAMPLES, seed);
  const models = sides.map(({ before, after, change }): ModelChange => {
    const note = rewardNote ?? costNote(run.config, before, after);
    return change.result(isQualityComparable, note, (i) => infos[i]!.id);
  });
  const unmeasured = models.filter(({ samples, latencyMs }) => samples > 0 && latencyMs.mean === null);
  return {
    base: { run: base.run, startedAt: base.startedAt },
    run: { run: run.run, startedAt: run.startedAt },
    models,
    onlyBase: base.table.models.filter((id) => !both.includes(id)),
    onlyRun: run.table.models.filter((id) => !both.includes(id)),
    samplesOnlyBase: base.table.samples.length - shared.length,
    samplesOnlyRun: run.table.samples.length - shared.length,
    notes: comparisonNotes(base, run, { both, shared, unmeasured: unmeasured.map(({ id }) => id) }),
    intervals: { method: BOOTSTRAP_METHOD, resamples: RESAMPLES, unit: units.kind, seed },
  };
}

/** What a model brings from one run, by that run's samples. */
interface OneSide {
  measures: ModelMeasures;
  latency: Float64Array;
}

function measurer(base: ComparedRun, run: ComparedRun): (of: ComparedRun, id: string) => OneSide {
  const { consensus, failures, models } = run.config.reward;
  const qualities = new Map([base, run].map((of) => [of, consensusQualities(of.table, consensus)]));
  return (of, id) => {
    const index = of.table.models.indexOf(id);
    const { price } = of.config.models[index]!;
    return {
      measures: modelMeasures(of.table, index, qualities.get(of)!, { failures, cost: models.cost, price }),
      latency: latencyMeans(of.table, index),
    };
  };
}

/** Before and after by shared sample: NaN in both where one of them is unknown. */
type Paired = Record<'quality' | 'latency', [Float64Array, Float64Array]> & {
  cost: [Float64Array, Float64Array] | null;
};

function paired(shared: [number, number][], before: OneSide, after: OneSide): Paired {
  const pick = (x: Float64Array, y: Float64Array): [Float64Array, Float64Array] => {
    const a = Float64Array.from(shared, ([i]) => x[i]!);
    const b = Float64Array.from(shared, ([, i]) => y[i]!);
    for (let i = 0; i < a.length; i++) if (Number.isNaN(a[i]!) || Number.isNaN(b[i]!)) a[i] = b[i] = Number.NaN;
    return [a, b];
  };
  const [costBefore, costAfter] = [before.measures.budgetCost, after.measures.budgetCost];
  return {
    quality: pick(before.measures.quality, after.measures.quality),
    latency: pick(before.latency, after.latency),
    cost: costBefore && costAfter && pick(costBefore, costAfter),
  };
}

/** One model's part in the joint bootstrap: made before it runs, read after it. */
class Change {
  readonly #means: Record<'quality' | 'latency', [MeanColumn, MeanColumn]> & {
    cost: [MeanColumn, MeanColumn] | null;
  };
  readonly #difference: PairDifference;

  constructor(
    readonly id: string,
    readonly pairs: Paired,
    readonly bootstrap: JointBootstrap,
    units: Units,
    readonly config: Config,
  ) {
    const mean = (values: Float64Array) => new MeanColumn(bootstrap, UnitSums.ofSamples(units, values));
    const means = ([a, b]: [Float64Array, Float64Array]): [MeanColumn, MeanColumn] => [mean(a), mean(b)];
    const { quality, latency, cost } = pairs;
    this.#means = { quality: means(quality), latency: means(latency), cost: cost && means(cost) };
    const side = (which: 0 | 1) => {
      const column = this.#means.cost?.[which];
      return {
        id,
        quality: quality[which],
        budgetCost: cost?.[which] ?? null,
        qualityMean: this.#means.quality[which],
        normalizedCost: column ? (sums: Float64Array) => column.at(sums) : null,
        outside: false,
      };
    };
    this.#difference = new PairDifference(bootstrap, units, side(1), side(0));
  }

  result(isQualityComparable: boolean, rewardNote: string | null, idOf: (sample: number) => string): ModelChange {
    const weights = this.config.reward.models;
    const weighed = this.#difference.weighed(this.bootstrap);
    const pair = pairSummary({ ...weighed, outside: rewardNote !== null }, weights);
    const nothing = { ...NOTHING };
    const { quality, latency } = this.#means;
    const latencyChange = this.bootstrap.estimate(
      (sums) => latency[1].at(sums) - latency[0].at(sums),
      latency[0].units,
    );
    return {
      id: this.id,
      samples: pair.samples,
      before: this.#figures(0, rewardNote === null),
      after: this.#figures(1, rewardNote === null),
      quality: isQualityComparable ? pair.quality : nothing,
      reward: pair.reward,
      rewardNote: pair.reward.mean === null ? (rewardNote ?? 'no sample has a quality in both runs') : null,
      latencyMs: estimateOf(latencyChange),
      verdict: isQualityComparable ? VERDICT[pair.verdict] : 'undecided',
      on: pair.on,
      samplesToDecide: isQualityComparable && quality[0].units > 0 ? pair.samplesToDecide : null,
      largest: isQualityComparable ? largest(this.pairs.quality, idOf) : [],
    };
  }

  #figures(which: 0 | 1, isRewarded: boolean): ModelChange['before'] {
    const data = this.bootstrap.rows[0]!;
    const at = (column: MeanColumn | undefined) => column?.at(data) ?? Number.NaN;
    const quality = at(this.#means.quality[which]);
    const reward = modelReward(this.config.reward.models, quality, at(this.#means.cost?.[which]));
    return {
      quality: orNull(quality),
      reward: isRewarded ? orNull(reward) : null,
      latencyMs: orNull(at(this.#means.latency[which])),
    };
  }
}

/** The samples whose quality changed most, the worst change first. */
function largest([before, after]: [Float64Array, Float64Array], idOf: (sample: number) => string) {
  const change = (i: number) => after[i]! - before[i]!;
  const changed = [...before.keys()].filter((i) => Math.abs(change(i)) > 0);
  return changed
    .sort((i, j) => Math.abs(change(j)) - Math.abs(change(i)))
    .slice(0, LARGEST)
    .sort((i, j) => change(i) - change(j))
    .map((i) => ({ sample: idOf(i), before: before[i]!, after: after[i]! }));
}

/** Why the reward of a model is unknown in one of the runs. */
function costNote({ reward }: Config, before: ModelMeasures, after: ModelMeasures): string | null {
  const { beta, cost } = reward.models;
  if (beta === 0) return null;
  for (const [measures, when] of [
    [before, 'in the baseline'],
    [after, 'in this run'],
  ] as const) {
    const { attempted, failed, unknownCosts, budgetCost } = measures;
    if (attempted > 0 && budgetCost === null)
      return `${unknownCost(cost.of, unknownCosts, attempted - failed, 'generations')}, ${when}`;
  }
  return null;
}

function isAttempted(table: RunTable, sample: number): boolean {
  const end = table.place(sample + 1, 0, 0);
  for (let place = table.place(sample, 0, 0); place < end; place++) if (table.state[place] !== ABSENT) return true;
  return false;
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

import type { Config } from '../config.ts';
import { counted } from './render/format.ts';
import type { RunTable } from './table.ts';

/** What two runs must share for their figures to be compared, and what a reader must know of a comparison. */

/** A run with all that its comparison needs. */
export interface ComparedRun {
  run: string;
  startedAt: string;
  table: RunTable;
  config: Config;
  /** The machine in one line, where known. */
  machine?: string;
}

/** Settings of an evaluator that change what it costs and not what it says. */
const COST_ONLY = ['price', 'batchSize', 'threads', 'device'];
/** Settings of a model that make it another one, or another bargain. */
const MODEL_KEYS = ['provider', 'model', 'file', 'baseUrl', 'dtype', 'price'];

interface Comparability {
  /** False: the evaluators are not the same, so neither are the scales. */
  isQualityComparable: boolean;
  /** Why no reward can be compared; null where it can. */
  rewardNote: string | null;
}

export function comparability(base: Config, run: Config): Comparability {
  const isQualityComparable = evaluatorDifferences(base, run).length === 0;
  return { isQualityComparable, rewardNote: isQualityComparable ? rewardNote(base, run) : OTHER_EVALUATORS };
}

const OTHER_EVALUATORS = 'the evaluators of the two runs differ';
const RELATIVE = 'under min-max a cost is relative to the other models of its run';

function rewardNote(base: Config, run: Config): string | null {
  const minmax = ({ reward }: Config) => reward.models.cost.normalize === 'minmax';
  if (minmax(run)) return `${RELATIVE}; write a budget into the config to compare rewards`;
  if (minmax(base)) return `the baseline has no budget, and ${RELATIVE}; make a baseline with the budget`;
  const differences = rewardDifferences(base, run).map(
    ({ what, before, now }) => `${what} ${before} before, ${now} now`,
  );
  return differences.length === 0 ? null : `the two runs count the reward differently: ${differences.join('; ')}`;
}

interface Difference {
  what: string;
  before: string;
  now: string;
}

function rewardDifferences(base: Config, run: Config): Difference[] {
  const settings = ({ reward: { consensus, failures, models } }: Config): Record<string, unknown> => ({
    alpha: models.alpha,
    beta: models.beta,
    cost: models.cost.of,
    budget: models.cost.normalize === 'minmax' ? 'min-max' : models.cost.normalize.budget,
    consensus: typeof consensus === 'string' ? consensus : `trimmed by ${consensus.trimmed}`,
    failures: failures === 'zero' ? 'count as zero' : 'left out',
  });
  const [before, now] = [settings(base), settings(run)];
  return Object.keys(now)
    .filter((what) => before[what] !== now[what])
    .map((what) => ({ what, before: String(before[what]), now: String(now[what]) }));
}

/** Ids of evaluators that only one run has, or that have other settings. */
function evaluatorDifferences(base: Config, run: Config): string[] {
  const settings = ({ evaluators }: Config) =>
    new Map(evaluators.map((evaluator) => [evaluator.id, JSON.stringify(without(evaluator, COST_ONLY))]));
  const [before, now] = [settings(base), settings(run)];
  return [...new Set([...before.keys(), ...now.keys()])].filter((id) => before.get(id) !== now.get(id));
}

interface Context {
  /** Models that both runs have. */
  both: readonly string[];
  /** Samples that both have, by index in each. */
  shared: readonly [base: number, run: number][];
  /** Models with samples of which no latency can be compared. */
  unmeasured: readonly string[];
}

/** What makes the comparison unfair or incomplete. */
export function comparisonNotes(base: ComparedRun, run: ComparedRun, { both, shared, unmeasured }: Context): string[] {
  const notes: string[] = [];
  if (shared.length === 0) notes.push('The two runs have no sample in common.');
  const evaluators = evaluatorDifferences(base.config, run.config);
  if (evaluators.length > 0) {
    notes.push(
      `The evaluators of the two runs differ (${list(evaluators)}), so neither quality nor reward can be compared.`,
    );
  }
  for (const { what, before, now } of rewardDifferences(base.config, run.config)) {
    if (evaluators.length > 0 || (what !== 'consensus' && what !== 'failures')) continue;
    const name = what === 'consensus' ? 'consensus' : 'treatment of failures';
    notes.push(`The ${name} was ${before} and is ${now}: both runs' qualities here follow the latter.`);
  }
  const references = changedReferences(base, run, shared);
  if (references > 0) notes.push(`The references of ${counted(references, 'sample')} changed between the runs.`);
  const generation = differingKeys(base.config.generation, run.config.generation);
  if (generation.length > 0) notes.push(`The generation settings differ: ${list(generation)}.`);
  const byId = ({ config }: ComparedRun) => new Map(config.models.map((model) => [model.id, model]));
  const [before, now] = [byId(base), byId(run)];
  for (const id of both) {
    const keys = differingKeys(before.get(id)!, now.get(id)!).filter((key) => MODEL_KEYS.includes(key));
    if (keys.length > 0) notes.push(`${id} is not configured as in the baseline: ${list(keys)} changed.`);
  }
  return [...notes, ...latencyNotes(base, run, both, unmeasured)];
}

function latencyNotes(base: ComparedRun, run: ComparedRun, both: readonly string[], unmeasured: readonly string[]) {
  const notes: string[] = [];
  if (base.machine && run.machine && base.machine !== run.machine) {
    notes.push(
      `The runs were made on different machines (${base.machine} before, ${run.machine} now): their latencies are not like for like.`,
    );
  }
  const devices = ({ table }: ComparedRun, id: string) => table.devices(table.models.indexOf(id)).join(', ');
  for (const id of both) {
    const [before, now] = [devices(base, id), devices(run, id)];
    if (before === '' || now === '' || before === now) continue;
    notes.push(`${id} ran on ${before} before and on ${now} now: its latencies are not like for like.`);
  }
  if (unmeasured.length > 0) {
    notes.push(
      `No latency can be compared for ${list(unmeasured)}: no sample has one that was measured anew in both runs.`,
    );
  }
  return notes;
}

function changedReferences(base: ComparedRun, run: ComparedRun, shared: Context['shared']): number {
  let changed = 0;
  for (const [i, j] of shared) {
    const [before, now] = [base.table.samples[i]!, run.table.samples[j]!];
    const isSame =
      before.unanswerable === now.unanswerable &&
      before.references.length === now.references.length &&
      before.references.every((reference, at) => reference === now.references[at]);
    if (!isSame) changed++;
  }
  return changed;
}

function differingKeys(a: object, b: object): string[] {
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.filter((key) => JSON.stringify(x[key]) !== JSON.stringify(y[key]));
}

/** With its keys in order, so that equal settings give equal JSON. */
function without(settings: object, keys: readonly string[]): object {
  const kept = Object.entries(settings).filter(([key]) => !keys.includes(key));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

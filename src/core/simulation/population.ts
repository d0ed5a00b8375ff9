import type { Config, Price } from '../config.ts';
import type { Distribution, SimulatedNodeConfig } from '../config-simulation.ts';
import { generationCosts, meanCost, scoresAt } from '../report/measures.ts';
import { ABSENT, FAILED, GOOD, type RunTable } from '../report/table.ts';
import { costFunction } from '../reward/cost.ts';
import { nextNormal } from '../stats/normal.ts';
import type { Rng } from '../stats/rng.ts';
import { SimulationError } from './errors.ts';
import { namedStream } from './streams.ts';

/** A node of the simulated network. */
export interface SimulatedNode {
  /** `name`, or `name#2` for a copy. */
  id: string;
  /** The name in the config that it comes from. */
  origin: string;
  stake: number;
}

/**
 * Everything that rounds are drawn from, as one table: what every model answers to every sample, and what every
 * evaluator honestly says of it. A row is a sample (and repeat); a cell is a row and a model, at `row * models + model`.
 * NaN means that there is no value; nothing is put in its place.
 */
export interface Population {
  rows: number;
  models: SimulatedNode[];
  evaluators: SimulatedNode[];
  /** ABSENT, GOOD or FAILED, by cell. */
  state: Uint8Array;
  /** Honest scores in [0, 10], at `cell * evaluators + evaluator`. */
  scores: Float64Array;
  /** Truth in [0, 10], by cell. */
  truth: Float64Array;
  /** Costs in the unit of the reward's kind: by cell; at `cell * evaluators + evaluator`. */
  modelCosts: Float64Array;
  evaluatorCosts: Float64Array;
  /** Mean costs as min-max compares them, by node; NaN where one is unknown. */
  modelMeanCosts: Float64Array;
  evaluatorMeanCosts: Float64Array;
  gaps: { absent: number; failed: number; missingScores: number };
}

/** What a population is made of: the reward and simulation of the config, and the nodes that were measured. */
export interface PopulationSource {
  config: Pick<Config, 'reward' | 'simulation'>;
  /** A run's table and the models and evaluators of the run's own config; null without a run. */
  measured: { table: RunTable; config: Pick<Config, 'models' | 'evaluators'> } | null;
}

/** 8 bytes each, in two tables. */
const MOST_SCORES = 20_000_000;

/** True where a config's population cannot be made without a run. */
export function needsRun({ nodes }: Config['simulation']): boolean {
  const kinds = Object.values(nodes).map(({ kind }) => kind);
  return kinds.includes('measured') || !kinds.includes('model') || !kinds.includes('evaluator');
}

/** @throws SimulationError */
export function buildPopulation({ config, measured }: PopulationSource): Population {
  const { simulation } = config;
  if (measured) checkMeasured(measured.table);
  const rows = measured ? measured.table.samples.length * measured.table.repeats : simulation.samples;
  const { models, evaluators } = planNodes(simulation, measured);
  if (models.length === 0) throw new SimulationError(['simulation', 'nodes'], 'the population has no model');
  if (evaluators.length === 0) throw new SimulationError(['simulation', 'nodes'], 'the population has no evaluator');
  const cells = rows * models.length;
  if (cells * evaluators.length > MOST_SCORES)
    throw new SimulationError(
      ['simulation', 'nodes'],
      `${rows} samples, ${models.length} models and ${evaluators.length} evaluators make ${cells * evaluators.length} scores; at most ${MOST_SCORES} are supported. Lower "count" or the samples`,
    );
  const population: Population = {
    rows,
    models: models.map(({ node }) => node),
    evaluators: evaluators.map(({ node }) => node),
    state: new Uint8Array(cells).fill(ABSENT),
    scores: new Float64Array(cells * evaluators.length).fill(Number.NaN),
    truth: new Float64Array(cells).fill(Number.NaN),
    modelCosts: new Float64Array(cells).fill(Number.NaN),
    evaluatorCosts: new Float64Array(cells * evaluators.length).fill(Number.NaN),
    modelMeanCosts: new Float64Array(models.length).fill(Number.NaN),
    evaluatorMeanCosts: new Float64Array(evaluators.length).fill(Number.NaN),
    gaps: { absent: 0, failed: 0, missingScores: 0 },
  };
  const filling: Filling = {
    population,
    config,
    measured,
    quality: new Float64Array(cells).fill(Number.NaN),
    shift: new Float64Array(cells),
  };
  for (const [model, plan] of models.entries()) fillModel(filling, model, plan);
  for (const [evaluator, plan] of evaluators.entries()) fillEvaluator(filling, evaluator, plan, models);
  countGaps(population);
  return population;
}

type Planned = { node: SimulatedNode; spec: SimulatedNodeConfig /** Index in the run's table. */; measured: number };

interface Filling {
  population: Population;
  config: PopulationSource['config'];
  measured: PopulationSource['measured'];
  /** What made-up evaluators judge, by cell: a made-up model's quality, or the mean of the measured scores. */
  quality: Float64Array;
  /** By how much a copy's answers are better than those measured, by cell. */
  shift: Float64Array;
}

const MEASURED_ONCE: SimulatedNodeConfig = { kind: 'measured', noise: 0, count: 1, stake: 1 };

function planNodes(
  { nodes }: Config['simulation'],
  measured: PopulationSource['measured'],
): { models: Planned[]; evaluators: Planned[] } {
  const plan = { models: [] as Planned[], evaluators: [] as Planned[] };
  const add = (list: Planned[], name: string, spec: SimulatedNodeConfig, index: number) => {
    for (let copy = 1; copy <= spec.count; copy++) {
      const id = spec.count === 1 ? name : `${name}#${copy}`;
      list.push({ node: { id, origin: name, stake: spec.stake }, spec, measured: index });
    }
  };
  const known = { models: measured?.table.models ?? [], evaluators: measured?.table.evaluators ?? [] };
  for (const role of ['models', 'evaluators'] as const) {
    for (const [index, name] of known[role].entries()) {
      const spec = Object.hasOwn(nodes, name) ? nodes[name]! : MEASURED_ONCE;
      if (spec.kind === 'measured') add(plan[role], name, spec, index);
    }
  }
  for (const [name, spec] of Object.entries(nodes)) {
    const isMeasured = known.models.includes(name) || known.evaluators.includes(name);
    const path = ['simulation', 'nodes', name];
    if (spec.kind === 'measured') {
      if (isMeasured) continue;
      const names = [...known.models, ...known.evaluators];
      const there = names.length > 0 ? `the run has ${names.join(', ')}` : 'there is no run';
      throw new SimulationError(path, `no such node was measured; ${there}`);
    }
    if (isMeasured)
      throw new SimulationError(path, 'is the name of a measured node; give the made-up one another name');
    add(spec.kind === 'model' ? plan.models : plan.evaluators, name, spec, -1);
  }
  return plan;
}

function checkMeasured(table: RunTable): void {
  const end = table.place(table.samples.length, 0, 0);
  if (end === 0) throw new SimulationError(['run'], 'has no samples: there is nothing to simulate');
  if (!table.scoreState.includes(GOOD)) {
    throw new SimulationError(
      ['run'],
      'has no scores: evaluate it first, or write made-up nodes into simulation.nodes',
    );
  }
  for (const [what, values] of [
    ['generations', table.numbers.latencyMs],
    ['scores', table.scoreLatencyMs],
  ] as const) {
    const wrong = values.findIndex((value) => value < 0 || value === Number.POSITIVE_INFINITY);
    if (wrong >= 0) throw new SimulationError(['run'], `has a latencyMs of ${values[wrong]} among its ${what}`);
  }
  // A cosine may exceed 1 by rounding.
  const outside = table.scoreQuality.find((quality) => quality < 0 || quality > 10.001);
  if (outside !== undefined)
    throw new SimulationError(['run'], `has a quality of ${outside} among its scores; it must be from 0 to 10`);
}

function fillModel(filling: Filling, model: number, { node, spec, measured: index }: Planned): void {
  const { population, config, measured, quality, shift } = filling;
  const { of } = config.reward.models.cost;
  const rng = namedStream(config.simulation.seed, 'model', node.id);
  const cellOf = (row: number) => row * population.models.length + model;
  if (spec.kind === 'model') {
    let sum = 0;
    for (let row = 0; row < population.rows; row++) {
      const cell = cellOf(row);
      population.state[cell] = GOOD;
      quality[cell] = draw(spec.quality, rng, 10);
      population.truth[cell] = quality[cell]!;
      // A made-up node has a latency and no other cost.
      population.modelCosts[cell] = of === 'latency' ? draw(spec.latencyMs, rng) : Number.NaN;
      sum += population.modelCosts[cell]!;
    }
    population.modelMeanCosts[model] = sum / population.rows;
    return;
  }
  if (spec.kind !== 'measured' || !measured) return;
  const { table } = measured;
  const { price } = measured.config.models[index]!;
  const costs = generationCosts(table, of, price);
  for (let row = 0; row < population.rows; row++) {
    const cell = cellOf(row);
    const place = placeOf(table, row, index);
    population.state[cell] = table.state[place]!;
    population.modelCosts[cell] = costs(place);
    if (table.state[place] !== GOOD) continue;
    if (spec.noise > 0) shift[cell] = spec.noise * nextNormal(rng);
    const truth = table.numbers.f1[place]!;
    population.truth[cell] = shift[cell] === 0 ? truth : clip(truth + shift[cell]!, 10);
    const scores = scoresAt(table, place);
    quality[cell] = clip(scores.reduce((sum, score) => sum + score, 0) / scores.length + shift[cell]!, 10);
  }
  population.modelMeanCosts[model] = meanCost(table, index, of, price) ?? Number.NaN;
}

function fillEvaluator(
  filling: Filling,
  evaluator: number,
  { node, spec, measured: index }: Planned,
  models: Planned[],
) {
  const { population, config, measured, quality, shift } = filling;
  const { of } = config.reward.evaluators.cost;
  const width = population.evaluators.length;
  let sum = 0;
  let count = 0;
  for (const [model, { node: answering, measured: modelIndex }] of models.entries()) {
    const rng = namedStream(config.simulation.seed, 'evaluator', node.id, answering.id);
    for (let row = 0; row < population.rows; row++) {
      const cell = row * models.length + model;
      const at = cell * width + evaluator;
      if (spec.kind === 'evaluator') {
        const score = 5 + spec.slope * (quality[cell]! - 5) + spec.bias;
        population.scores[at] = clip(spec.noise === 0 ? score : score + spec.noise * nextNormal(rng), 10);
        population.evaluatorCosts[at] = of === 'latency' ? draw(spec.latencyMs, rng) : Number.NaN;
      } else if (spec.kind === 'measured' && measured && modelIndex >= 0) {
        const { table } = measured;
        const { price } = measured.config.evaluators[index]! as { price?: Price };
        const from = placeOf(table, row, modelIndex) * table.evaluators.length + index;
        const noise = spec.noise === 0 ? 0 : spec.noise * nextNormal(rng);
        const score = table.scoreQuality[from]! + shift[cell]!;
        population.scores[at] = noise === 0 && shift[cell] === 0 ? score : clip(score + noise, 10);
        const { NaN: unknown } = Number;
        population.evaluatorCosts[at] = costFunction(of, price)(table.scoreLatencyMs[from]!, unknown, unknown, unknown);
      }
      if (Number.isNaN(population.scores[at]!)) continue;
      sum += population.evaluatorCosts[at]!;
      count++;
    }
  }
  population.evaluatorMeanCosts[evaluator] = sum / count;
}

function placeOf(table: RunTable, row: number, model: number): number {
  return table.place(Math.floor(row / table.repeats), model, row % table.repeats);
}

function countGaps({ state, scores, evaluators, gaps }: Population): void {
  for (const [cell, is] of state.entries()) {
    if (is === ABSENT) gaps.absent++;
    if (is === FAILED) gaps.failed++;
    if (is !== GOOD) continue;
    for (let e = 0; e < evaluators.length; e++) {
      if (Number.isNaN(scores[cell * evaluators.length + e]!)) gaps.missingScores++;
    }
  }
}

function draw(distribution: Distribution, rng: Rng, most = Number.POSITIVE_INFINITY): number {
  if (typeof distribution === 'number') return Math.min(distribution, most);
  return clip(distribution.mean + distribution.sd * nextNormal(rng), most);
}

/** NaN stays NaN. */
function clip(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

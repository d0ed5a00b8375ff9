import type { Config } from '../config.ts';
import { type Layout, layoutOf } from './layout.ts';
import { makePlan, type Plan } from './plan.ts';
import type { Population } from './population.ts';
import { montecarloResult, type SimulationResult, withGain } from './result.ts';
import { joinParts, Runner } from './runner.ts';

type Settings = Pick<Config, 'reward' | 'simulation'>;

/**
 * Simulates the network. Yields the share of the work that is done, every few milliseconds: whoever stops asking has
 * cancelled it.
 * @throws SimulationError
 */
export function* simulation(population: Population, settings: Settings): Generator<number, SimulationResult> {
  const plan = makePlan(population, settings);
  const layout = layoutOf(plan);
  const isAttacked = isUnderAttack(plan);
  const attacked = yield* runAll(plan, layout, 0, isAttacked ? 0.5 : 1);
  if (!isAttacked) return attacked;
  // The same layout, so that both draw the same rounds.
  const honest = yield* runAll(makePlan(population, settings, true), layout, 0.5, 1);
  return withGain(plan, attacked, honest);
}

/** The same at one go. */
export function simulate(population: Population, settings: Settings): SimulationResult {
  return finish(simulation(population, settings));
}

/** Runs work that reports its progress to its end. */
export function finish<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

export function isUnderAttack({ behaviours }: Plan): boolean {
  return behaviours.attackingModels.includes(1) || behaviours.attackingEvaluators.includes(1);
}

function* runAll(plan: Plan, layout: Layout, from: number, to: number): Generator<number, SimulationResult> {
  const runner = new Runner(plan, layout);
  let done = 0;
  for (let slice = 0; slice < layout.slices; slice++) {
    for (const rounds of runner.run(slice)) {
      done += rounds;
      yield from + ((to - from) * done) / layout.rounds;
    }
  }
  return montecarloResult(plan, layout, joinParts(plan, layout, [runner.part()]));
}

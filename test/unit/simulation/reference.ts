import type { Attack, SimulatedConsensus } from '../../../src/core/config-simulation.ts';
import { GOOD } from '../../../src/core/report/table.ts';
import type { Population } from '../../../src/core/simulation/population.ts';
import type { settingsOf } from './builders.ts';

/**
 * The expectation and variance of every reward, written down a second time as plainly as the definitions are: every
 * (row, model, ordered committee, who attacks) by recursion, on lists and objects. Slow, for small populations.
 */

interface Expected {
  mean: number;
  sd: number;
  chance: number;
}

type Settings = ReturnType<typeof settingsOf>;

export function referenceExact(population: Population, settings: Settings) {
  const { reward, simulation } = settings;
  const { models, evaluators, rows } = population;
  const paid = new Map<string, { weight: number; value: number }[]>();
  let captured = 0;
  const errors: { weight: number; value: number }[] = [];
  const orders = orderedCommittees(evaluators.length, simulation.k);
  const stakes = models.map((m) => m.stake);
  const attackOf = (e: number) =>
    simulation.attacks.find(
      (a) => a.kind !== 'false-cost' && a.kind !== 'gaming' && a.nodes?.includes(evaluators[e]!.id),
    );
  const lies = (id: string) => {
    const lie = simulation.attacks.find((a) => a.kind === 'false-cost' && a.nodes?.includes(id));
    return lie ? 1 - lie.strength : 1;
  };
  const attackers = new Set(simulation.attacks.flatMap((a) => a.nodes ?? []));
  const costs = normalisedCosts(population, settings, attackOf, lies);

  for (let row = 0; row < rows; row++) {
    for (const [m] of models.entries()) {
      const chanceOfModel =
        simulation.draw === 'stake' ? stakes[m]! / stakes.reduce((a, b) => a + b, 0) : 1 / models.length;
      const cell = row * models.length + m;
      for (const seats of orders) {
        const weight = chanceOfModel / rows / orders.length;
        if (seats.filter((e) => attackers.has(evaluators[e]!.id)).length > simulation.k / 2) captured += weight;
        const failed = population.state[cell] !== GOOD;
        if (failed) {
          if (reward.failures === 'zero') pay(models[m]!.id, -reward.models.beta * costs.model(m, cell), weight);
          continue;
        }
        forOutcomes(seats, attackOf, weight, (active, chance) => {
          const said: { e: number; score: number }[] = [];
          for (const e of seats) {
            const honest = honestScore(population, settings, cell, m, e);
            if (honest === null) continue;
            const before = said.map((s) => s.score);
            said.push({ e, score: active.has(e) ? attacked(attackOf(e)!, honest, models[m]!.id, before) : honest });
          }
          if (said.length === 0) return;
          const q = consensus(
            said.map((s) => ({ ...s, stake: evaluators[s.e]!.stake })),
            simulation.consensus,
          );
          const panel = [...evaluators.keys()]
            .map((e) => ({ e, score: population.scores[cell * evaluators.length + e]!, stake: evaluators[e]!.stake }))
            .filter((s) => !Number.isNaN(s.score));
          errors.push({
            weight: chance,
            value: q - consensus(panel, simulation.panel === 'mean' ? 'mean' : simulation.consensus),
          });
          pay(models[m]!.id, (reward.models.alpha * q) / 10 - reward.models.beta * costs.model(m, cell), chance);
          for (const { e, score } of said) {
            const others = said.filter((s) => reward.closeness === 'inclusive' || s.e !== e);
            if (others.length === 0) continue;
            const target = consensus(
              others.map((s) => ({ ...s, stake: evaluators[s.e]!.stake })),
              simulation.consensus,
            );
            const close = 1 - Math.abs(score - target) / 10;
            pay(
              evaluators[e]!.id,
              reward.evaluators.alpha * close - reward.evaluators.beta * costs.evaluator(e, cell),
              chance,
            );
          }
        });
      }
    }
  }

  /** An audit of a false report takes the pay of the round and the stake. */
  function pay(id: string, value: number, weight: number) {
    const list = paid.get(id) ?? [];
    paid.set(id, list);
    const caught = lies(id) === 1 ? 0 : simulation.audit.probability;
    if (caught > 0) list.push({ value: Math.min(0, value) - simulation.audit.stake, weight: weight * caught });
    list.push({ value, weight: weight * (1 - caught) });
  }

  const nodes = new Map([...paid].map(([id, list]) => [id, summary(list)]));
  const square = errors.reduce((sum, { weight, value }) => sum + weight * value ** 2, 0);
  const { mean: bias, chance } = summary(errors);
  return { nodes, captured, bias, rmse: Math.sqrt(square / chance) };
}

function summary(list: { weight: number; value: number }[]): Expected {
  const chance = list.reduce((sum, { weight }) => sum + weight, 0);
  const mean = list.reduce((sum, { weight, value }) => sum + weight * value, 0) / chance;
  const variance = list.reduce((sum, { weight, value }) => sum + weight * (value - mean) ** 2, 0) / chance;
  return { mean, sd: Math.sqrt(variance), chance };
}

function orderedCommittees(n: number, k: number): number[][] {
  if (k === 0) return [[]];
  return orderedCommittees(n, k - 1).flatMap((c) =>
    Array.from({ length: n }, (_, e) => e)
      .filter((e) => !c.includes(e))
      .map((e) => [...c, e]),
  );
}

function forOutcomes(
  seats: number[],
  attackOf: (e: number) => Attack | undefined,
  weight: number,
  visit: (active: Set<number>, weight: number) => void,
  active: Set<number> = new Set(),
): void {
  const [first, ...rest] = seats;
  if (first === undefined) {
    visit(active, weight);
    return;
  }
  const attack = attackOf(first) as { probability: number } | undefined;
  if (!attack) {
    forOutcomes(rest, attackOf, weight, visit, active);
    return;
  }
  forOutcomes(rest, attackOf, weight * attack.probability, visit, new Set([...active, first]));
  forOutcomes(rest, attackOf, weight * (1 - attack.probability), visit, active);
}

function honestScore(population: Population, settings: Settings, cell: number, m: number, e: number): number | null {
  const score = population.scores[cell * population.evaluators.length + e]!;
  if (Number.isNaN(score)) return null;
  const gaming = settings.simulation.attacks.find(
    (a) =>
      a.kind === 'gaming' && a.target === population.evaluators[e]!.id && a.nodes?.includes(population.models[m]!.id),
  );
  return Math.min(10, score + (gaming?.strength ?? 0));
}

function attacked(attack: Attack, honest: number, model: string, before: number[]): number {
  switch (attack.kind) {
    case 'boosting':
    case 'intermittent':
      return Math.min(10, honest + attack.strength);
    case 'sabotage':
      return Math.max(0, honest - attack.strength);
    case 'collusion':
      return attack.target === model ? Math.min(10, honest + attack.strength) : honest;
    case 'lazy':
      return (1 - attack.strength) * honest + attack.strength * (attack.guess as number);
    case 'copier':
      return before.length === 0
        ? honest
        : (1 - attack.strength) * honest + (attack.strength * before.reduce((a, b) => a + b, 0)) / before.length;
    default:
      throw new Error(attack.kind);
  }
}

function consensus(said: { score: number; stake: number }[], rule: SimulatedConsensus): number {
  const scores = said.map((s) => s.score).sort((a, b) => a - b);
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  if (rule === 'mean') return mean(scores);
  if (rule === 'median') {
    const half = scores.length / 2;
    return Number.isInteger(half) ? (scores[half - 1]! + scores[half]!) / 2 : scores[Math.floor(half)]!;
  }
  if (rule === 'within-sd') {
    const centre = mean(scores);
    const sd = Math.sqrt(mean(scores.map((s) => (s - centre) ** 2)));
    return mean(scores.filter((s) => Math.abs(s - centre) <= sd + 1e-8));
  }
  if (rule === 'yuma') {
    const total = said.reduce((sum, s) => sum + s.stake, 0);
    const supported = scores.filter(
      (w) => said.filter((s) => s.score >= w).reduce((sum, s) => sum + s.stake, 0) >= 0.5 * total - 1e-9,
    );
    const clip = Math.max(...supported);
    return said.reduce((sum, s) => sum + s.stake * Math.min(s.score, clip), 0) / total;
  }
  if (typeof rule === 'object' && 'trimmed' in rule) {
    const cut = Math.floor(scores.length * rule.trimmed);
    return mean(scores.slice(cut, scores.length - cut));
  }
  throw new Error('no reference');
}

function normalisedCosts(
  population: Population,
  { reward, simulation }: Settings,
  attackOf: (e: number) => Attack | undefined,
  lies: (id: string) => number,
) {
  const spare = (e: number) => {
    const attack = attackOf(e);
    if (attack?.kind === 'lazy') return 1 - 0.99 * attack.strength * attack.probability;
    if (attack?.kind === 'copier' && !simulation.commitReveal)
      return 1 - (0.99 * attack.strength * attack.probability * (simulation.k - 1)) / simulation.k;
    return 1;
  };
  const one = (normalize: 'minmax' | { budget: number }, pool: number[], own: number) => {
    if (normalize !== 'minmax') return Math.min(1, own / normalize.budget);
    const known = pool.filter((c) => !Number.isNaN(c));
    const [low, high] = [Math.min(...known), Math.max(...known)];
    return high > low ? (own - low) / (high - low) : 0;
  };
  const models = population.models.map((m, i) => population.modelMeanCosts[i]! * lies(m.id));
  const evaluators = population.evaluators.map((e, i) => population.evaluatorMeanCosts[i]! * spare(i) * lies(e.id));
  return {
    model: (m: number, cell: number) =>
      one(
        reward.models.cost.normalize,
        models,
        reward.models.cost.normalize === 'minmax'
          ? models[m]!
          : population.modelCosts[cell]! * lies(population.models[m]!.id),
      ),
    evaluator: (e: number, _cell: number) => one(reward.evaluators.cost.normalize, evaluators, evaluators[e]!),
  };
}

import type { Attack, SimulationConfig } from '../config-simulation.ts';
import { SimulationError } from './errors.ts';
import type { Population, SimulatedNode } from './population.ts';
import { namedStream } from './streams.ts';

/** An attack on an evaluator's own scores. */
export type ScoreAttack = Exclude<Attack, { kind: 'false-cost' | 'gaming' }>;

/** Who does what in the network; null and empty are honest. */
export interface Behaviours {
  /** By evaluator. */
  scores: (ScoreAttack | null)[];
  /** The models, by index, that an evaluator's attack is for; null for all. */
  favours: (number[] | null)[];
  /** By model: the evaluators (by index) that a share of its answers are made to please, and by how many points. */
  gaming: { evaluators: number[]; strength: number; probability: number }[];
  /** What is reported of the true cost, by node; 1 is honest. */
  modelCostFactor: Float64Array;
  evaluatorCostFactor: Float64Array;
  /** Share of its reports that are false. */
  modelLies: Float64Array;
  evaluatorLies: Float64Array;
  /** Whether a node attacks, in whatever way. */
  attackingModels: Uint8Array;
  attackingEvaluators: Uint8Array;
  /** Models that collusion works for. */
  favoured: Uint8Array;
}

/** What a lazy node still spends. */
const LAZY_COST = 0.01;

export function honestBehaviours({ models, evaluators }: Population): Behaviours {
  return {
    scores: evaluators.map(() => null),
    favours: evaluators.map(() => null),
    gaming: models.map(() => ({ evaluators: [], strength: 0, probability: 1 })),
    modelCostFactor: new Float64Array(models.length).fill(1),
    evaluatorCostFactor: new Float64Array(evaluators.length).fill(1),
    modelLies: new Float64Array(models.length),
    evaluatorLies: new Float64Array(evaluators.length),
    attackingModels: new Uint8Array(models.length),
    attackingEvaluators: new Uint8Array(evaluators.length),
    favoured: new Uint8Array(models.length),
  };
}

/**
 * Hands the attacks of the config to nodes. A node can falsify its cost beside one attack on its scores.
 * @throws SimulationError where a name is unknown or a node is named for two attacks of one kind
 */
export function assignAttacks(
  population: Population,
  { attacks, seed, commitReveal }: SimulationConfig,
  warnings: string[],
): Behaviours {
  const behaviours = honestBehaviours(population);
  const lying = { models: new Set<number>(), evaluators: new Set<number>() };
  const busy = { models: new Set<number>(), evaluators: new Set<number>() };
  for (const [i, attack] of attacks.entries()) {
    const path = ['simulation', 'attacks', i];
    const { role, names, targets } = partiesOf(population, attack, path);
    const taken = (attack.kind === 'false-cost' ? lying : busy)[role];
    const chosen = chooseNodes(population[role], attack, names, taken, { path, seed, role, warnings });
    const marks = role === 'models' ? behaviours.attackingModels : behaviours.attackingEvaluators;
    for (const node of chosen) {
      taken.add(node);
      marks[node] = 1;
    }
    if (attack.kind === 'gaming') {
      const { strength, probability } = attack;
      for (const model of chosen) behaviours.gaming[model] = { evaluators: targets, strength, probability };
    } else if (attack.kind === 'false-cost') {
      const factors = role === 'models' ? behaviours.modelCostFactor : behaviours.evaluatorCostFactor;
      const audits = role === 'models' ? behaviours.modelLies : behaviours.evaluatorLies;
      for (const node of chosen) {
        factors[node] = 1 - attack.strength * attack.probability;
        audits[node] = attack.strength > 0 ? attack.probability : 0;
      }
    } else {
      for (const model of targets) behaviours.favoured[model] = 1;
      for (const evaluator of chosen) {
        behaviours.scores[evaluator] = attack;
        behaviours.favours[evaluator] = attack.kind === 'collusion' ? targets : null;
      }
      if (attack.kind === 'copier' && commitReveal && chosen.length > 0)
        warnings.push(
          `Copiers see nothing under commit-reveal, so they are honest ("commitReveal": false shows more).`,
        );
    }
  }
  return behaviours;
}

type Role = 'models' | 'evaluators';

interface Parties {
  role: Role;
  /** The attackers that are named; undefined where a share attacks. */
  names: string[] | undefined;
  /** By index: whom collusion favours, or whom gaming pleases. */
  targets: number[];
}

/** Collusion and gaming have parties of both kinds; `nodes` may name them all, or `target` the other one. */
function partiesOf(population: Population, attack: Attack, path: (string | number)[]): Parties {
  const isNamed = (role: Role, name: string) =>
    population[role].some(({ id, origin }) => id === name || origin === name);
  const { nodes } = attack;
  if (attack.kind === 'false-cost') {
    const isOfEvaluators = nodes?.some((name) => isNamed('evaluators', name) && !isNamed('models', name));
    return { role: attack.of ?? (isOfEvaluators ? 'evaluators' : 'models'), names: nodes, targets: [] };
  }
  if (attack.kind !== 'collusion' && attack.kind !== 'gaming') return { role: 'evaluators', names: nodes, targets: [] };
  const [role, other] = attack.kind === 'collusion' ? ROLES : [ROLES[1], ROLES[0]];
  const isOther = (name: string) => isNamed(other, name) && !isNamed(role, name);
  const isApart = attack.target !== undefined;
  const wanted = isApart ? [attack.target!] : (nodes ?? []).filter(isOther);
  const what = other.slice(0, -1);
  if (wanted.length === 0)
    throw new SimulationError(
      [...path, 'target'],
      `is required: the ${what} that it is about, unless "nodes" names one`,
    );
  return {
    role,
    names: isApart ? nodes : nodes?.filter((name) => !isOther(name)),
    targets: wanted.flatMap((name) => named(population[other], name, [...path, 'target'], what)),
  };
}

const ROLES = ['evaluators', 'models'] as const;

/** The share of its cost that an evaluator really has, given how it behaves. */
export function workShare(attack: ScoreAttack | null, { k, commitReveal }: SimulationConfig): number {
  if (attack?.kind === 'lazy') return 1 - (1 - LAZY_COST) * attack.strength * attack.probability;
  // The first to answer has nobody to copy and does the work.
  if (attack?.kind === 'copier' && !commitReveal) {
    return 1 - ((1 - LAZY_COST) * attack.strength * attack.probability * (k - 1)) / k;
  }
  return 1;
}

interface Choosing {
  path: (string | number)[];
  seed: number;
  role: Role;
  warnings: string[];
}

function chooseNodes(
  nodes: readonly SimulatedNode[],
  { share, kind }: Attack,
  names: string[] | undefined,
  taken: ReadonlySet<number>,
  { path, seed, role, warnings }: Choosing,
): number[] {
  if (names !== undefined) {
    if (names.length === 0) throw new SimulationError([...path, 'nodes'], `names none of the ${role}`);
    const chosen = names.flatMap((name, j) => named(nodes, name, [...path, 'nodes', j], role.slice(0, -1)));
    const twice = chosen.find((node) => taken.has(node));
    if (twice !== undefined)
      throw new SimulationError([...path, 'nodes'], `${JSON.stringify(nodes[twice]!.id)} already has another attack`);
    return [...new Set(chosen)];
  }
  const count = Math.round(share! * nodes.length);
  const free = [...nodes.keys()].filter((node) => !taken.has(node));
  if (count > free.length)
    throw new SimulationError(
      [...path, 'share'],
      `${count} of ${nodes.length} ${role} are asked for and only ${free.length} have no other attack`,
    );
  const real = count / nodes.length;
  if (Math.abs(real - share!) > 0.005)
    warnings.push(
      `simulation.attacks: a share of ${share} of ${nodes.length} ${role} is ${count} for ${kind}, a share of ${real.toFixed(3)}.`,
    );
  // By name, so that the order of the nodes does not matter.
  free.sort((a, b) => (nodes[a]!.id < nodes[b]!.id ? -1 : 1));
  const rng = namedStream(seed, 'attack', role, ...path.map(String));
  for (let i = 0; i < count; i++) {
    const j = i + rng.nextInt(free.length - i);
    [free[i], free[j]] = [free[j]!, free[i]!];
  }
  return free.slice(0, count);
}

function named(nodes: readonly SimulatedNode[], name: string, path: (string | number)[], what: string): number[] {
  const found = nodes.flatMap(({ id, origin }, i) => (id === name || origin === name ? [i] : []));
  if (found.length > 0) return found;
  const names = [...new Set(nodes.map(({ origin }) => origin))];
  throw new SimulationError(path, `there is no ${what} ${JSON.stringify(name)}; there is ${names.join(', ')}`);
}

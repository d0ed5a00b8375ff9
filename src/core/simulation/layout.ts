import { COPY, type Plan } from './plan.ts';
import { binomial } from './subsets.ts';

/** How the rounds of a simulation are cut up and carried out. It depends on the options alone, never on threads. */
export interface Layout {
  rounds: number;
  /** Rounds that draw from one stream; the last block may be shorter. */
  blockLength: number;
  blocks: number;
  /** Points over time: whole blocks, about as many in each. */
  slices: number;
  /**
   * Whether outcomes are counted instead of played one by one: where everything that a round pays follows from its
   * sample, model and committee, a round adds one to the count of that outcome, and each outcome is settled once.
   */
  isCounted: boolean;
}

const BLOCK = 16_384;
const MOST_SLICES = 50;
/** Of counted outcomes; 4 MB of counts. */
const MOST_COUNTED = 2 ** 20;
/** Rounds for every outcome that a slice settles, so that settling stays a small part of the work. */
const ROUNDS_PER_OUTCOME = 16;

export function layoutOf(plan: Plan): Layout {
  const { rounds } = plan.simulation;
  const outcomes = outcomesOf(plan);
  if (isSettled(plan) && outcomes <= Math.min(rounds, MOST_COUNTED)) {
    const slices = Math.floor(rounds / (ROUNDS_PER_OUTCOME * outcomes));
    const blocks = Math.ceil(rounds / BLOCK);
    return {
      rounds,
      blockLength: BLOCK,
      blocks,
      slices: Math.max(1, Math.min(slices, MOST_SLICES, blocks)),
      isCounted: true,
    };
  }
  const blockLength = Math.min(BLOCK, Math.ceil(rounds / MOST_SLICES));
  const blocks = Math.ceil(rounds / blockLength);
  return { rounds, blockLength, blocks, slices: Math.min(MOST_SLICES, blocks), isCounted: false };
}

/** The first block of a slice; that of the slice after the last is the number of blocks. */
export function firstBlock({ blocks, slices }: Layout, slice: number): number {
  return Math.floor((slice * blocks) / slices);
}

export function roundsOfBlock({ rounds, blockLength }: Layout, block: number): number {
  return Math.min(blockLength, rounds - block * blockLength);
}

/** Ways in which a round can be drawn. */
export function outcomesOf(plan: Plan): number {
  const answers = plan.simulation.draw === 'all' ? 1 : plan.models;
  return plan.rows * answers * binomial(plan.evaluators, plan.simulation.k);
}

/** True where sample, model and committee, whatever its order, decide everything. */
function isSettled(plan: Plan): boolean {
  return !plan.hasState && !needsChance(plan) && !plan.dynamic.includes(COPY);
}

/** True where nodes or auditors draw in a round. */
export function needsChance(plan: Plan): boolean {
  return plan.hasNoise || plan.probability.some((p) => p < 1) || plan.caught.some((p) => p > 0);
}

import { Rng } from '../stats/rng.ts';

/**
 * Who draws from which stream of the seed. Behaviours draw apart from the lottery, so that the same seed gives the same
 * samples, models and committees with and without an attack. Nodes draw by their names: another node beside them, or
 * another order, changes nothing about them.
 */

const NAMED = 2 ** 40;

/** Samples, models and evaluators of a block of rounds. */
export function lotteryStream(seed: number, block: number): Rng {
  return Rng.stream(seed, 2 * block);
}

/** What nodes and auditors do at random in a block of rounds. */
export function behaviourStream(seed: number, block: number): Rng {
  return Rng.stream(seed, 2 * block + 1);
}

/** What is fixed before the first round, such as the qualities of a made-up model. */
export function namedStream(seed: number, ...names: string[]): Rng {
  return Rng.stream(seed, NAMED + fnv1a(names.join('\n')));
}

/** The 32-bit FNV-1a hash of the UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (text.charCodeAt(i) >> 8), 0x01000193);
  }
  return hash >>> 0;
}

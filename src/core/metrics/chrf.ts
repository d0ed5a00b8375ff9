import { isWhiteSpace } from './words.ts';

const ORDER = 6;
const BETA_SQUARED = 4;

/**
 * chrF (Popović 2015) of one text as sacrebleu 2.6 computes it by default: character n-grams of orders 1 to 6 without
 * white space, beta 2, averaged over the orders that both sides have, the best over the references. In [0, 1]:
 * sacrebleu's figure divided by 100. Null without a reference; 0 where either side has no characters.
 */
export function chrf(text: string, references: readonly string[]): number | null {
  if (references.length === 0) return null;
  const characters = visibleCharacters(text);
  let best = 0;
  for (const reference of references) best = Math.max(best, score(characters, visibleCharacters(reference)));
  return best;
}

/** The code points of a text that are not white space. */
function visibleCharacters(text: string): Int32Array {
  const points = new Int32Array(text.length);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    if (!isWhiteSpace(point)) points[n++] = point;
  }
  return points.subarray(0, n);
}

function score(text: Int32Array, reference: Int32Array): number {
  const orders = Math.min(ORDER, text.length, reference.length);
  if (orders === 0) return 0;
  const common = commonNgrams(text, reference);
  let precision = 0;
  let recall = 0;
  for (let n = 1; n <= orders; n++) {
    precision += common[n - 1]! / (text.length - n + 1);
    recall += common[n - 1]! / (reference.length - n + 1);
  }
  precision /= orders;
  recall /= orders;
  if (precision + recall === 0) return 0;
  return ((1 + BETA_SQUARED) * precision * recall) / (BETA_SQUARED * precision + recall);
}

/**
 * For each order, how many n-grams the two texts share, counted with multiplicity. An n-gram is known by the number
 * of its first n - 1 characters and its last character, so that no substring is ever built.
 */
function commonNgrams(a: Int32Array, b: Int32Array): number[] {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const table = 2 * short.length <= shared.capacity ? shared : new NgramTable(slotsFor(short.length));
  const shortIds = new Int32Array(short.length);
  const longIds = new Int32Array(long.length);
  const common = new Array<number>(ORDER).fill(0);
  for (let n = 1; n <= Math.min(ORDER, short.length); n++) {
    table.clear(short.length);
    for (let i = 0; i + n <= short.length; i++) shortIds[i] = table.add(shortIds[i]!, short[i + n - 1]!);
    let matches = 0;
    for (let i = 0; i + n <= long.length; i++) {
      if (longIds[i] === NgramTable.ABSENT) continue;
      longIds[i] = table.find(longIds[i]!, long[i + n - 1]!);
      if (longIds[i] !== NgramTable.ABSENT && table.take(longIds[i]!)) matches++;
    }
    // Without a shared n-gram there is no longer one either.
    if (matches === 0) break;
    common[n - 1] = matches;
  }
  return common;
}

/**
 * Counts of n-grams of one order: a hash table with open addressing, cleared in constant time. Only as many slots as
 * the text needs are in use, so that those of a short text stay in the processor's cache.
 */
class NgramTable {
  static readonly ABSENT = -1;
  private readonly prefixes: Int32Array;
  private readonly characters: Int32Array;
  private readonly counts: Int32Array;
  /** The generation in which a slot was filled; slots of earlier generations are empty. */
  private readonly filled: Int32Array;
  private generation = 0;
  private mask = 0;

  constructor(readonly capacity: number) {
    this.prefixes = new Int32Array(capacity);
    this.characters = new Int32Array(capacity);
    this.counts = new Int32Array(capacity);
    this.filled = new Int32Array(capacity);
  }

  clear(length: number): void {
    this.mask = slotsFor(length) - 1;
    if (this.generation === 2 ** 31 - 1) {
      this.filled.fill(0);
      this.generation = 0;
    }
    this.generation++;
  }

  /** Counts one more and returns the number of the n-gram. */
  add(prefix: number, character: number): number {
    const slot = this.slot(prefix, character);
    if (this.filled[slot] === this.generation) {
      this.counts[slot]!++;
    } else {
      this.filled[slot] = this.generation;
      this.prefixes[slot] = prefix;
      this.characters[slot] = character;
      this.counts[slot] = 1;
    }
    return slot;
  }

  find(prefix: number, character: number): number {
    const slot = this.slot(prefix, character);
    return this.filled[slot] === this.generation ? slot : NgramTable.ABSENT;
  }

  /** Takes one of the n-gram away; false when none is left. */
  take(slot: number): boolean {
    if (this.counts[slot] === 0) return false;
    this.counts[slot]!--;
    return true;
  }

  /** Where the n-gram stands, or the empty slot where it belongs. */
  private slot(prefix: number, character: number): number {
    let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(character, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & this.mask;
    while (
      this.filled[slot] === this.generation &&
      (this.prefixes[slot] !== prefix || this.characters[slot] !== character)
    ) {
      slot = (slot + 1) & this.mask;
    }
    return slot;
  }
}

/** A power of two, so that `length` n-grams fill at most half of the slots. */
function slotsFor(length: number): number {
  return 2 ** Math.ceil(Math.log2(2 * length));
}

/** Serves the usual short texts; a longer one gets a table of its own. */
const shared = new NgramTable(2 ** 14);

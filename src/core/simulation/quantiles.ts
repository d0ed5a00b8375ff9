import { quantile } from '../stats/quantile.ts';
import type { Payments, RewardSink } from './tally.ts';

export const QUANTILES = [0.05, 0.5, 0.95] as const;

/** Every reward of every node; for runs of up to 10^6 rounds. */
export class RewardLog implements RewardSink {
  readonly values: Float64Array[];
  readonly counts: Float64Array;

  constructor(nodes: number) {
    this.values = Array.from({ length: nodes }, () => new Float64Array(64));
    this.counts = new Float64Array(nodes);
  }

  addAll({ nodes, rewards, count }: Payments): void {
    for (let i = 0; i < count; i++) {
      const node = nodes[i]!;
      const at = this.counts[node]!++;
      if (at === this.values[node]!.length) this.#reserve(node, 2 * at);
      this.values[node]![at] = rewards[i]!;
    }
  }

  join(other: { values: Float64Array[]; counts: Float64Array }): void {
    for (const [node, values] of other.values.entries()) {
      const count = this.counts[node]!;
      const added = other.counts[node]!;
      this.#reserve(node, count + added);
      this.values[node]!.set(values.subarray(0, added), count);
      this.counts[node] = count + added;
    }
  }

  #reserve(node: number, size: number): void {
    const values = this.values[node]!;
    if (size <= values.length) return;
    const grown = new Float64Array(size);
    grown.set(values);
    this.values[node] = grown;
  }

  quantiles(node: number): (number | null)[] {
    const values = this.values[node]!.slice(0, this.counts[node]);
    return QUANTILES.map((p) => quantile(values, p));
  }
}

const BINS = 2 ** 12;

/** How often a reward fell into each cell of a fixed grid: constant memory for any number of rounds. */
export class RewardGrid implements RewardSink {
  readonly counts: Float64Array;
  readonly width: number;

  constructor(
    nodes: number,
    readonly low: number,
    readonly high: number,
    counts?: Float64Array,
  ) {
    this.width = (high - low) / BINS;
    this.counts = counts ?? new Float64Array(nodes * BINS);
  }

  binOf(reward: number): number {
    const bin = Math.floor((reward - this.low) / this.width);
    return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
  }

  addAll({ nodes, rewards, count }: Payments, weight: number): void {
    for (let i = 0; i < count; i++) this.counts[nodes[i]! * BINS + this.binOf(rewards[i]!)]! += weight;
  }

  join(other: RewardGrid): void {
    for (let i = 0; i < this.counts.length; i++) this.counts[i]! += other.counts[i]!;
  }

  /** The cell in which the value of a rank (from 0) lies, and how many values lie in cells before it. */
  find(node: number, rank: number): { bin: number; before: number } {
    let before = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.counts[node * BINS + bin]!;
      if (before + count > rank) return { bin, before };
      before += count;
    }
    return { bin: BINS - 1, before };
  }

  total(node: number): number {
    let total = 0;
    for (let bin = 0; bin < BINS; bin++) total += this.counts[node * BINS + bin]!;
    return total;
  }

  /** Within a cell values are taken to lie evenly: off by less than the width of a cell. */
  quantiles(node: number): (number | null)[] {
    return quantilesByRank(this.total(node), (rank) => {
      const { bin, before } = this.find(node, rank);
      const inside = (rank - before + 0.5) / this.counts[node * BINS + bin]!;
      return this.low + (bin + inside) * this.width;
    });
  }
}

/** Type 7 from single values by their rank, from 0. */
function quantilesByRank(total: number, at: (rank: number) => number): (number | null)[] {
  return QUANTILES.map((p) => {
    if (total === 0) return null;
    const position = (total - 1) * p;
    const below = Math.floor(position);
    const low = at(below);
    return low + (position - below) * (at(Math.min(total - 1, below + 1)) - low);
  });
}

/**
 * Exact quantiles of values that can be told twice: the grid of the first time shows in which cells they lie, and only
 * the values of these cells are kept the second time.
 */
export class RefinedQuantiles implements RewardSink {
  readonly #grid: RewardGrid;
  readonly #wanted = new Map<number, { value: number; weight: number }[]>();

  constructor(grid: RewardGrid, nodes: number) {
    this.#grid = grid;
    for (let node = 0; node < nodes; node++) {
      for (const rank of this.#ranks(node)) this.#wanted.set(node * BINS + grid.find(node, rank).bin, []);
    }
  }

  addAll({ nodes, rewards, count }: Payments, weight: number): void {
    for (let i = 0; i < count; i++) {
      const value = rewards[i]!;
      this.#wanted.get(nodes[i]! * BINS + this.#grid.binOf(value))?.push({ value, weight });
    }
  }

  /** After all values have been told again, and before they are asked for. */
  sort(): void {
    for (const list of this.#wanted.values()) list.sort((a, b) => a.value - b.value);
  }

  quantiles(node: number): (number | null)[] {
    return quantilesByRank(this.#grid.total(node), (rank) => this.#at(node, rank));
  }

  #ranks(node: number): number[] {
    const last = this.#grid.total(node) - 1;
    return last < 0 ? [] : QUANTILES.flatMap((p) => [Math.floor(last * p), Math.min(last, Math.floor(last * p) + 1)]);
  }

  #at(node: number, rank: number): number {
    const { bin, before } = this.#grid.find(node, rank);
    const list = this.#wanted.get(node * BINS + bin)!;
    let seen = before;
    for (const { value, weight } of list) {
      seen += weight;
      if (seen > rank) return value;
    }
    return list.at(-1)!.value;
  }
}

/**
 * Sums over rounds. Those of a node stand together: how often it was paid, sum and sum of squares of its rewards, sum
 * of what they would be without cost, sum of the positive ones.
 */
const NODE_SUMS = 5;
const COUNT = 0;
const SUM = 1;
const SQUARES = 2;
const GROSS = 3;
const POSITIVE = 4;

/** Places of the sums that belong to no node. */
export const SHARED = {
  rounds: 0,
  captured: 1,
  /** Answers that paid nobody (missing), that had no score in the committee, and empty seats. */
  void: 2,
  unscored: 3,
  emptySeats: 4,
  panelCount: 5,
  panelError: 6,
  panelSquares: 7,
  truthCount: 8,
  truthError: 9,
  truthSquares: 10,
  q: 11,
  qq: 12,
  t: 13,
  tt: 14,
  qt: 15,
} as const;
type SharedSum = keyof typeof SHARED;

/** What nodes are paid for one round, the first `count` entries of each. Lists without numbers on the heap: the loop is hot. */
export class Payments {
  readonly nodes: Int32Array;
  readonly rewards: Float64Array;
  /** What the rewards would be without cost. */
  readonly gross: Float64Array;
  count = 0;

  constructor(most: number) {
    this.nodes = new Int32Array(most);
    this.rewards = new Float64Array(most);
    this.gross = new Float64Array(most);
  }

  push(node: number, reward: number, gross: number): void {
    const at = this.count++;
    this.nodes[at] = node;
    this.rewards[at] = reward;
    this.gross[at] = gross;
  }
}

/** Where single rewards go that quantiles are made from. */
export interface RewardSink {
  addAll(payments: Payments, weight: number): void;
}

/** The sums of some rounds, nodes in the order models, evaluators. Weights are counts, or probabilities. */
export class Tally {
  readonly sums: Float64Array;
  readonly #shared: number;

  constructor(
    readonly nodes: number,
    sums?: Float64Array,
  ) {
    this.#shared = nodes * NODE_SUMS;
    this.sums = sums ?? new Float64Array(this.#shared + Object.keys(SHARED).length);
  }

  addPayments({ nodes, rewards, gross, count }: Payments, weight: number): void {
    const { sums } = this;
    for (let i = 0; i < count; i++) {
      const at = nodes[i]! * NODE_SUMS;
      const reward = rewards[i]!;
      const part = weight * reward;
      sums[at + COUNT]! += weight;
      sums[at + SUM]! += part;
      sums[at + SQUARES]! += part * reward;
      sums[at + GROSS]! += weight * gross[i]!;
      if (reward > 0) sums[at + POSITIVE]! += part;
    }
  }

  /** @param truth NaN where it is unknown */
  addConsensus(q: number, panel: number, truth: number, weight: number): void {
    const { sums } = this;
    const at = this.#shared;
    const error = q - panel;
    sums[at + SHARED.panelCount]! += weight;
    sums[at + SHARED.panelError]! += weight * error;
    sums[at + SHARED.panelSquares]! += weight * error * error;
    if (Number.isNaN(truth)) return;
    const miss = q - truth;
    sums[at + SHARED.truthCount]! += weight;
    sums[at + SHARED.truthError]! += weight * miss;
    sums[at + SHARED.truthSquares]! += weight * miss * miss;
    sums[at + SHARED.q]! += weight * q;
    sums[at + SHARED.qq]! += weight * q * q;
    sums[at + SHARED.t]! += weight * truth;
    sums[at + SHARED.tt]! += weight * truth * truth;
    sums[at + SHARED.qt]! += weight * q * truth;
  }

  /** @param what one of SHARED */
  note(what: number, weight: number): void {
    this.sums[this.#shared + what]! += weight;
  }

  addAll(other: Tally): void {
    for (let i = 0; i < this.sums.length; i++) this.sums[i]! += other.sums[i]!;
  }

  clear(): void {
    this.sums.fill(0);
  }

  shared(what: SharedSum): number {
    return this.sums[this.#shared + SHARED[what]]!;
  }

  node(node: number) {
    const at = node * NODE_SUMS;
    const [count, sum, squares, gross, positive] = this.sums.subarray(at, at + NODE_SUMS) as unknown as number[];
    return { count: count!, sum: sum!, squares: squares!, gross: gross!, positive: positive! };
  }
}

/** Mean and standard deviation (over n, not n - 1) from sums; null without any. What only rounding left over is 0. */
export function moments(count: number, sum: number, squares: number): { mean: number; sd: number } | null {
  if (!(count > 0)) return null;
  const mean = sum / count;
  const variance = squares / count - mean * mean;
  return { mean, sd: variance > 1e-12 * (squares / count) ? Math.sqrt(variance) : 0 };
}

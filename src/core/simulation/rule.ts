/**
 * The consensus rules of the simulated network, over the first `n` of some scores in [0, 10]. They allocate nothing:
 * they are called for every round.
 */
export interface Rule {
  /** True where the rule learns from round to round. */
  readonly isStateful: boolean;
  /** The consensus; `seats` names the evaluator of each score. `scores` stays as it is. n >= 1. */
  value(scores: Float64Array, seats: Int32Array, n: number): number;
  /** What a rule with state learns from a settled round. */
  learn(scores: Float64Array, seats: Int32Array, n: number, consensus: number): void;
}

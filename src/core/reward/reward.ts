/** alpha weighs quality or closeness, beta the cost; both >= 0 and not both 0. */
export interface Weights {
  alpha: number;
  beta: number;
}

/**
 * The reward of an inference node, R_F = alpha * Q / 10 - beta * C_f (cost-aware Proof of Quality, arXiv 2512.16317),
 * with quality in [0, 10] and normalised cost in [0, 1]. It lies in [-beta, alpha]. Linear: also for means and sums.
 * With beta 0 the cost is not needed and may be NaN.
 */
export function modelReward({ alpha, beta }: Weights, quality: number, cost: number): number {
  return (alpha * quality) / 10 - (beta === 0 ? 0 : beta * cost);
}

/** The reward of an evaluator node, R_M = alpha * A - beta * C_m, with closeness and normalised cost in [0, 1]. */
export function evaluatorReward({ alpha, beta }: Weights, closeness: number, cost: number): number {
  return alpha * closeness - (beta === 0 ? 0 : beta * cost);
}

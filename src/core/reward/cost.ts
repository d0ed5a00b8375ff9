import type { NodeRewardConfig, Price } from '../config.ts';

export type CostKind = NodeRewardConfig['cost']['of'];

/** From latency (ms), prompt tokens, generated tokens and energy (J) to a cost. NaN, in and out, means unknown. */
export type CostFunction = (latencyMs: number, inputTokens: number, outputTokens: number, energyJ: number) => number;

/**
 * What a generation or a score cost, in the unit of the kind: milliseconds, tokens (prompt and answer together),
 * currency units or joules. Unknown where a part of it is: nothing unpriced is free.
 */
export function costFunction(kind: CostKind, price: Price | undefined): CostFunction {
  switch (kind) {
    case 'latency':
      return (latencyMs) => latencyMs;
    case 'tokens':
      return (_, inputTokens, outputTokens) => inputTokens + outputTokens;
    case 'money':
      return moneyFunction(price ?? {});
    case 'energy':
      return (_latency, _input, _output, energyJ) => energyJ;
  }
}

/**
 * Tokens by their price plus the time of work by the price of an hour, whichever are set. Where only one of the two
 * token prices is, tokens of the other kind have no known price.
 */
function moneyFunction({ inputPerMTok, outputPerMTok, perHour }: Price): CostFunction {
  const byToken = inputPerMTok !== undefined || outputPerMTok !== undefined;
  if (!byToken && perHour === undefined) return () => Number.NaN;
  const tokens = (count: number, perMTok = Number.NaN) => (count === 0 || perMTok === 0 ? 0 : (count / 1e6) * perMTok);
  return (latencyMs, inputTokens, outputTokens) =>
    (byToken ? tokens(inputTokens, inputPerMTok) + tokens(outputTokens, outputPerMTok) : 0) +
    (perHour === undefined ? 0 : (latencyMs / 3_600_000) * perHour);
}

/** Cost against a budget in the same unit: min(1, cost / budget). */
export function budgetCost(cost: number, budget: number): number {
  return Math.min(1, cost / budget);
}

/**
 * Mean costs relative to their pool: (cost - lowest) / (highest - lowest). NaN marks a node that is outside the pool
 * and stays NaN. With one node, or where all are equal, every cost is 0: there is no pool to compare with.
 */
export function minmaxCosts(means: readonly number[]): number[] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const cost of means) {
    if (cost < low) low = cost;
    if (cost > high) high = cost;
  }
  return means.map((cost) => (high > low ? (cost - low) / (high - low) : cost - cost));
}

import type { NodeRewardConfig, Price } from '../config.ts';

export type CostKind = NodeRewardConfig['cost']['of'];

/** What a generation or a score took: null where unknown. */
export interface Usage {
  latencyMs: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Joules. */
  energyJ: number | null;
}

/**
 * What something cost, in the unit of its kind: milliseconds, tokens (prompt and answer together), currency units or
 * joules. Null where a part of it is unknown: nothing unpriced is free.
 */
export function costOf(kind: CostKind, usage: Usage, price: Price | undefined): number | null {
  switch (kind) {
    case 'latency':
      return usage.latencyMs;
    case 'tokens':
      return usage.inputTokens === null || usage.outputTokens === null ? null : usage.inputTokens + usage.outputTokens;
    case 'money':
      return moneyOf(price, usage);
    case 'energy':
      return usage.energyJ;
  }
}

/**
 * The price of one generation or score, in currency units: tokens by their price, plus the time of work by the price
 * of an hour. Where only one of the two token prices is set, tokens of the other kind have no known price.
 */
export function moneyOf(price: Price | undefined, usage: Omit<Usage, 'energyJ'>): number | null {
  if (!price) return null;
  const { inputPerMTok, outputPerMTok, perHour } = price;
  const byToken = inputPerMTok !== undefined || outputPerMTok !== undefined;
  if (!byToken && perHour === undefined) return null;
  const parts: (number | null)[] = [];
  if (byToken) parts.push(tokenMoney(usage.inputTokens, inputPerMTok), tokenMoney(usage.outputTokens, outputPerMTok));
  if (perHour !== undefined) parts.push(usage.latencyMs === null ? null : (usage.latencyMs / 3_600_000) * perHour);
  let sum = 0;
  for (const part of parts) {
    if (part === null) return null;
    sum += part;
  }
  return sum;
}

function tokenMoney(tokens: number | null, perMTok: number | undefined): number | null {
  if (tokens === 0 || perMTok === 0) return 0;
  return tokens === null || perMTok === undefined ? null : (tokens / 1e6) * perMTok;
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

import type { CostKind } from '../reward/cost.ts';

const MISSING: Record<CostKind, string> = {
  latency: 'no latency is known',
  tokens: 'no token count is known',
  money: 'no price is known (set "price" in the config; token prices need token counts)',
  energy: 'there is no energy reading',
};

/** Why a reward cannot be told: the cost of `unknown` of `total` generations or scores is not known. */
export function unknownCost(kind: CostKind, unknown: number, total: number, what: 'generations' | 'scores'): string {
  const where = unknown < total ? ` for ${unknown} of ${total} ${what}` : '';
  return `the reward needs the cost in ${kind === 'money' ? 'money' : kind}, and ${MISSING[kind]}${where}`;
}

import type { BetaInterval } from './render/input.ts';

/**
 * Which of the nodes are on the Pareto front of quality against cost: no other is at least as good and as cheap, and
 * better in one of the two. A node with an unknown quality or cost is never on it.
 */
export function paretoFront(nodes: readonly { quality: number | null; cost: number | null }[]): boolean[] {
  return nodes.map(({ quality, cost }) => {
    if (quality === null || cost === null) return false;
    return !nodes.some(
      (other) =>
        other.quality !== null &&
        other.cost !== null &&
        other.quality >= quality &&
        other.cost <= cost &&
        (other.quality > quality || other.cost < cost),
    );
  });
}

/**
 * Which model has the highest mean reward alpha * Q / 10 - beta * C at every beta from 0 upwards: the upper envelope of
 * straight lines in beta, without gaps. Of equals the first wins. `normalizedCost` is in [0, 1]; models with an unknown
 * quality or cost take no part, and without any the list is empty. The last interval is open (`to` null).
 */
export function winnersByBeta(
  models: readonly { id: string; quality: number | null; normalizedCost: number | null }[],
  alpha: number,
): BetaInterval[] {
  const lines = models.flatMap(({ id, quality, normalizedCost }) =>
    quality === null || normalizedCost === null ? [] : [{ id, at0: (alpha * quality) / 10, slope: -normalizedCost }],
  );
  const winners: BetaInterval[] = [];
  let from = 0;
  let best = lines[0];
  for (const line of lines) {
    if (best && (line.at0 > best.at0 || (line.at0 === best.at0 && line.slope > best.slope))) best = line;
  }
  while (best) {
    const current: (typeof lines)[number] = best;
    // Only a flatter line can overtake; the first to cross does, and of those that cross together the flattest.
    let next: (typeof lines)[number] | undefined;
    let to = Number.POSITIVE_INFINITY;
    for (const line of lines) {
      if (line.slope <= current.slope) continue;
      const crossing = Math.max(from, (current.at0 - line.at0) / (line.slope - current.slope));
      if (crossing < to || (crossing === to && next && line.slope > next.slope)) {
        next = line;
        to = crossing;
      }
    }
    winners.push({ from, to: next ? to : null, model: current.id });
    from = to;
    best = next;
  }
  return winners;
}

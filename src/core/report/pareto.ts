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

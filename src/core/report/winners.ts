import type { BetaInterval } from './render/input.ts';
import type { ModelSummary } from './summary.ts';

type Line = Pick<ModelSummary, 'id' | 'samples' | 'errors' | 'quality' | 'normalizedCost'>;

/**
 * Which model has the highest mean reward at which beta: the upper envelope of the lines
 * R(beta) = alpha * quality / 10 - beta * cost over beta >= 0, for a given alpha. Empty where fewer than two models
 * succeeded or a successful one has no known quality or cost, since a winner among the others would mislead.
 */
export function winnersByBeta(models: readonly Line[], alpha: number): BetaInterval[] {
  const candidates = models.filter((model) => model.samples > model.errors);
  if (candidates.length < 2) return [];
  const lines: { id: string; value: number; cost: number }[] = [];
  for (const { id, quality, normalizedCost } of candidates) {
    if (quality.mean === null || normalizedCost === null) return [];
    lines.push({ id, value: (alpha * quality.mean) / 10, cost: normalizedCost });
  }
  let current = lines.reduce((best, line) =>
    line.value > best.value || (line.value === best.value && line.cost < best.cost) ? line : best,
  );
  const intervals: BetaInterval[] = [];
  for (let from = 0; ; ) {
    let next: { line: (typeof lines)[number]; beta: number } | null = null;
    for (const line of lines) {
      if (line.cost >= current.cost) continue;
      const beta = (current.value - line.value) / (current.cost - line.cost);
      if (next === null || beta < next.beta || (beta === next.beta && line.cost < next.line.cost))
        next = { line, beta };
    }
    intervals.push({ from, to: next?.beta ?? null, model: current.id });
    if (next === null) return intervals;
    from = next.beta;
    current = next.line;
  }
}

import type { ModelSummary } from './summary.ts';

type Line = Pick<ModelSummary, 'id' | 'samples' | 'errors' | 'quality' | 'normalizedCost'>;

/** Where a model has the highest mean reward: between two values of a weight, the last one without end. */
export interface WinnerInterval {
  from: number;
  to: number | null;
  model: string;
}

/**
 * Which model has the highest mean reward at which beta >= 0, for a given alpha: R = alpha * quality / 10 - beta * cost.
 * Empty where fewer than two models succeeded or a successful one has no known quality or cost, since a winner among
 * the others would mislead. Of equals the one that wins as beta grows counts.
 */
export function winnersByBeta(models: readonly Line[], alpha: number): WinnerInterval[] {
  return upperEnvelope(models, ({ quality, cost, id }) => ({ id, value: (alpha * quality) / 10, slope: -cost }));
}

/** The same at which alpha >= 0, for a given beta. */
export function winnersByAlpha(models: readonly Line[], beta: number): WinnerInterval[] {
  return upperEnvelope(models, ({ quality, cost, id }) => ({ id, value: -beta * cost, slope: quality / 10 }));
}

interface Ray {
  id: string;
  /** At weight 0. */
  value: number;
  slope: number;
}

/** The highest of the lines value + weight * slope over weight >= 0. */
function upperEnvelope(
  models: readonly Line[],
  rayOf: (model: { id: string; quality: number; cost: number }) => Ray,
): WinnerInterval[] {
  const candidates = models.filter((model) => model.samples > model.errors);
  if (candidates.length < 2) return [];
  const rays: Ray[] = [];
  for (const { id, quality, normalizedCost } of candidates) {
    if (quality.mean === null || normalizedCost === null) return [];
    rays.push(rayOf({ id, quality: quality.mean, cost: normalizedCost }));
  }
  let current = rays.reduce((best, ray) =>
    ray.value > best.value || (ray.value === best.value && ray.slope > best.slope) ? ray : best,
  );
  const intervals: WinnerInterval[] = [];
  for (let from = 0; ; ) {
    let next: { ray: Ray; at: number } | null = null;
    for (const ray of rays) {
      if (ray.slope <= current.slope) continue;
      const at = (current.value - ray.value) / (ray.slope - current.slope);
      if (next === null || at < next.at || (at === next.at && ray.slope > next.ray.slope)) next = { ray, at };
    }
    intervals.push({ from, to: next?.at ?? null, model: current.id });
    if (next === null) return intervals;
    from = next.at;
    current = next.ray;
  }
}

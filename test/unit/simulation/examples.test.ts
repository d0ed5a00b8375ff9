import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config-parse.ts';
import { exact } from '../../../src/core/simulation/exact.ts';
import { buildPopulation } from '../../../src/core/simulation/population.ts';
import { finish } from '../../../src/core/simulation/simulate.ts';
import { sweep } from '../../../src/core/simulation/sweep.ts';

function example(name: string) {
  const file = new URL(`../../../examples/${name}/poq.config.json`, import.meta.url);
  const { config, diagnostics } = parseConfig(readFileSync(file, 'utf8'), 'poq.config.json');
  expect(diagnostics).toEqual([]);
  return { config: config!, population: buildPopulation({ config: config!, measured: null }) };
}

describe('examples/paper-shape', () => {
  const { config, population } = example('paper-shape');
  const { models, evaluators } = exact(population, config);
  const normalized = Object.fromEntries([...models, ...evaluators].map((node) => [node.id, node.normalized!]));
  const byPay = [...models].sort((a, b) => b.reward.mean! - a.reward.mean!).map(({ id }) => id);

  it('pays the two best models most, which are also the fastest, and the slow weak one least', () => {
    expect(byPay.slice(0, 2)).toEqual(['llama-3.2-3b', 'gemma-2-2b']);
    expect(byPay.at(-1)).toBe('phi-3-mini');
    const latency = [...population.modelMeanCosts];
    expect(Math.max(latency[0]!, latency[1]!)).toBeLessThan(Math.min(...latency.slice(2)));
    // Published: 0.62 and 0.13.
    expect(normalized['llama-3.2-3b']).toBeCloseTo(0.62, 1);
    expect(normalized['phi-3-mini']!).toBeLessThan(0.25);
  });

  it('gives the best two about seven times the quality per millisecond of qwen2-1.5b', () => {
    const perMs = [0, 1, 3].map((m) => {
      const quality = population.truth.filter((_, cell) => cell % 5 === m);
      return quality.reduce((sum, q) => sum + q, 0) / quality.length / population.modelMeanCosts[m]!;
    });
    for (const best of perMs.slice(0, 2)) {
      expect(best / perMs[2]!).toBeGreaterThan(5.5);
      expect(best / perMs[2]!).toBeLessThan(8.5);
    }
  });

  it('pays the similarity evaluator like the best models', () => {
    expect(Math.abs(normalized['sts-distilroberta']! - normalized['llama-3.2-3b']!)).toBeLessThan(0.15);
  });
});

describe('examples/giant', () => {
  const { config, population } = example('giant');

  it('is ten times dearer; cost-blind pay crowns it, cost-aware pay does not', () => {
    expect(population.modelMeanCosts[0]! / population.modelMeanCosts[1]!).toBeCloseTo(10, 0);
    const { models } = exact(population, config);
    const best = (of: (model: (typeof models)[number]) => number) =>
      models.reduce((a, b) => (of(b) > of(a) ? b : a)).id;
    expect(best((model) => model.costBlind!)).toBe('giant');
    expect(best((model) => model.reward.mean!)).toBe('medium');
  });

  it('loses the crown where beta times the difference in cost is the difference in quality, near 0.066', () => {
    const { changes } = finish(sweep({ config, measured: null, isExact: true }, config.simulation.sweep));
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ before: 'giant', after: 'medium' });
    const [from, to] = [changes[0]!.from.beta as number, changes[0]!.to.beta as number];
    const { models } = exact(population, config);
    const [giant, medium] = models;
    const cost = (m: typeof giant) => (m!.costBlind! - m!.reward.mean!) / 0.5;
    const beta = (giant!.costBlind! - medium!.costBlind!) / (cost(giant) - cost(medium));
    expect(beta).toBeGreaterThan(from);
    expect(beta).toBeLessThan(to);
    expect(beta).toBeCloseTo(0.066, 3);
  });
});

import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config.ts';
import type { GenerationRow } from '../../../src/core/types.ts';
import { answer, configOf, sample, score, summarize } from './builders.ts';

function warningsOf(over: Partial<GenerationRow>[], config = configOf({ modelIds: ['a', 'b'] })): string {
  const models = config.models.map((model) => model.id);
  return summarize(config, {
    samples: [sample('s1')],
    generations: over.map((row, i) => answer('s1', models[i]!, { latencyMs: 10 + i, ...row })),
    scores: models.flatMap((model) => ['sts', 'rouge', 'chrf'].map((e, i) => score('s1', model, e, 5, 1 + i))),
  }).warnings.join('\n');
}

describe('warnings', () => {
  it('are none for an ordinary run', () => {
    expect(warningsOf([{}, {}])).toBe('');
  });

  it('name different devices and providers', () => {
    expect(warningsOf([{ device: 'cuda' }, { device: 'cpu' }])).toMatch(
      /not like for like \(a: recorded on cuda; b: recorded on cpu\)/,
    );
    const mixed = configSchema.parse({
      ...configOf(),
      models: [
        { id: 'a', provider: 'onnx', model: 'bundled:small' },
        { id: 'b', provider: 'recorded', file: 'f.jsonl' },
      ],
    });
    expect(warningsOf([{ device: null }, { device: 'recorded' }], mixed)).not.toMatch(/like for like/);
    expect(warningsOf([{ device: 'cpu' }, { device: 'recorded' }], mixed)).toMatch(/a: onnx on cpu/);
  });

  it('count failed, batched and cached generations', () => {
    const told = warningsOf([{ batchSize: 8 }, { cachedTokens: 40 }]);
    expect(told).toMatch(/a: 1 generation ran in batches/);
    expect(told).toMatch(/b: the endpoint served prompt tokens of 1 generation from its cache/);
    expect(warningsOf([{ batchSize: 1 }, { cachedTokens: 0 }])).toBe('');
    expect(warningsOf([{ error: 'x' }, {}])).toMatch(/a: 1 of 1 generation failed; counted as quality 0/);
    const exclude = configOf({ modelIds: ['a', 'b'], reward: { failures: 'exclude' } });
    expect(warningsOf([{ error: 'x' }, {}], exclude)).toMatch(/left out of the means/);
  });

  it('say why generations and scores failed: the commonest reason, of a row that a later one replaces nothing', () => {
    const config = configOf({ modelIds: ['a', 'b'] });
    const failed = (id: string, error: string) => answer(id, 'a', { text: undefined, error });
    const { warnings } = summarize(config, {
      samples: ['s1', 's2', 's3', 's4'].map((id) => sample(id)),
      generations: [failed('s1', 'gone'), failed('s2', 'refused'), failed('s3', 'gone'), failed('s4', 'x'.repeat(999))]
        // Of two rows with one key the later counts.
        .concat([failed('s1', 'refused'), failed('s3', 'other'), answer('s1', 'b')]),
      scores: [{ ...score('s1', 'b', 'sts', 5, 1), quality: undefined, error: 'no\nmemory' }],
    });
    expect(warnings).toContainEqual(expect.stringMatching(/^a: 4 of 4 .*\(most often: refused\)\.$/));
    expect(warnings).toContainEqual(expect.stringMatching(/^sts: .*failed \(most often: no memory\)\.$/));
  });

  it('say that there is no pool for one model or equal costs', () => {
    expect(warningsOf([{}], configOf({ modelIds: ['a'] }))).toMatch(/no pool to compare the latency of models/);
    expect(warningsOf([{ latencyMs: 7 }, { latencyMs: 7 }])).toMatch(/no pool to compare the latency of models/);
    const budget = configOf({
      modelIds: ['a'],
      reward: { models: { cost: { of: 'latency', normalize: { budget: 5 } } } },
    });
    expect(warningsOf([{}], budget)).toBe('');
  });
});

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { BiEncoderConfig } from '../../src/core/config.ts';
import { createBiEncoderNode } from '../../src/node/evaluators/bi-encoder.ts';
import type { EvaluatorNode, ScoreOutcome, ScoreRequest } from '../../src/node/ports.ts';
import { writeTinyEncoder } from '../fixtures/runner/tiny-models.ts';
import { encoderConfig, makeWorkplace } from '../fixtures/runner/workplace.ts';

const place = makeWorkplace();
const never = new AbortController().signal;
writeTinyEncoder(join(place.root, 'encoder'));

/** One node for all tests with the same settings. */
const nodes = new Map<string, EvaluatorNode>();
afterAll(async () => {
  await Promise.all([...nodes.values()].map((node) => node.close()));
  place.remove();
});

async function score(requests: ScoreRequest[], more: Partial<BiEncoderConfig> = {}, folder = './encoder') {
  const key = folder + JSON.stringify(more);
  if (!nodes.has(key)) nodes.set(key, createBiEncoderNode(encoderConfig(folder, more), place));
  return nodes.get(key)!.score(requests, never);
}

const raw = (outcome: ScoreOutcome | undefined) => {
  if (!outcome || !('raw' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.raw;
};

function pair(text: string, ...references: string[]): ScoreRequest {
  const messages = [
    { role: 'user' as const, content: 'w40 w41' },
    { role: 'assistant' as const, content: 'w42' },
    { role: 'user' as const, content: 'w43 w44 w45' },
  ];
  return { sample: { id: text, messages, references, unanswerable: false }, text };
}

const texts = [
  'w1',
  'w2 w3 w4 w5 w6 w7 w8 w9 w10 w11',
  'w1 w2',
  'unknown words',
  'w12 '.repeat(300),
  '',
  'w1',
  'w30 w31',
];
const pairs = texts.map((text, i) => pair(text, texts[(i + 3) % texts.length]!));

describe('the bi-encoder', () => {
  it('scores the same alone, in any batch and in any order', async () => {
    const alone = (await score(pairs, { batchSize: 1 })).map(raw);
    for (const batchSize of [2, 3, 16]) {
      const batched = await score(pairs, { batchSize });
      batched.map(raw).forEach((value, i) => {
        expect(value).toBeCloseTo(alone[i]!, 5);
      });
      expect(batched).toMatchObject(pairs.map(() => ({ batchSize: expect.any(Number), device: 'cpu' })));
    }
    const backwards = (await score([...pairs].reverse(), { batchSize: 3 })).map(raw).reverse();
    backwards.forEach((value, i) => {
      expect(value).toBeCloseTo(alone[i]!, 5);
    });
    expect(new Set(alone.map((value) => value.toFixed(3))).size).toBeGreaterThan(4);
  });

  it('gives every score its share of the time of its batch', async () => {
    const outcomes = await score(pairs, { batchSize: 16 });
    const shares = outcomes.map((o) => ('latencyMs' in o ? o.latencyMs : null));
    expect(shares[0]).toBeGreaterThan(0);
    expect(new Set(shares).size).toBe(1);
    expect(outcomes[0]).toMatchObject({ batchSize: pairs.length });
  });

  it('keeps the raw cosine and maps it to quality; a text without tokens has cosine 0', async () => {
    const [same, empty, both] = await score([pair('w1 w2', 'w1 w2'), pair('', 'w1'), pair('', '')]);
    expect(raw(same)).toBeCloseTo(1, 6);
    expect(same).toMatchObject({ quality: expect.closeTo(10, 5), compared: 'reference' });
    expect(empty).toMatchObject({ raw: 0, quality: 0 });
    expect(both).toMatchObject({ raw: 0, quality: 0 });
    const outcomes = await score(pairs);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ quality: expect.closeTo(10 * Math.max(0, raw(outcome)), 9) });
    }
    expect(Math.min(...outcomes.map(raw))).toBeLessThan(0); // so that the map's clipping is seen
  });

  it('takes the best of several references', async () => {
    const [a, b, best] = await score([pair('w1', 'w20 w21'), pair('w1', 'w22'), pair('w1', 'w20 w21', 'w22')]);
    expect(raw(best)).toBeCloseTo(Math.max(raw(a), raw(b)), 6);
  });

  it('compares as the config says: reference, prompt (the last message of the user), or what there is', async () => {
    const withReference = pair('w1', 'w43 w44 w45');
    const without = pair('w1');
    const [byPrompt] = await score([withReference], { compare: 'prompt' });
    const [byReference, skipped] = await score([withReference, without], { compare: 'reference' });
    expect(byPrompt).toMatchObject({ compared: 'prompt' });
    expect(byReference).toMatchObject({ compared: 'reference' });
    expect(raw(byPrompt)).toBeCloseTo(raw(byReference), 6); // the reference is that very message
    expect(skipped).toEqual({ skipped: true });
    expect(await score([withReference, without])).toMatchObject([{ compared: 'reference' }, { compared: 'prompt' }]);
  });

  it('cuts what exceeds the length of the model', async () => {
    const [cut] = await score([pair('w1 '.repeat(3000), 'w1 '.repeat(2500))]);
    expect(raw(cut)).toBeCloseTo(1, 6);
  });

  it('pools as the model says', async () => {
    for (const name of ['cls', 'cls-short']) {
      writeTinyEncoder(join(place.root, name));
      mkdirSync(join(place.root, name, '1_Pooling'));
      writeFileSync(join(place.root, name, '1_Pooling', 'config.json'), '{"pooling_mode_cls_token": true}');
    }
    writeFileSync(join(place.root, 'cls-short', 'sentence_bert_config.json'), '{"max_seq_length": 1}');
    const request = [pair('w1 w2 w3', 'w1 w9 w9')];
    expect(raw((await score(request, {}, './cls'))[0])).not.toBeCloseTo(raw((await score(request))[0]), 3);
    expect(raw((await score(request, {}, './cls-short'))[0])).toBeCloseTo(1, 6); // only the first word is left
  });
});

const bundled = fileURLToPath(new URL('../../models/sts', import.meta.url));
const stsFile = fileURLToPath(new URL('../../../shared/data/stsbenchmark/stsb-sts-test.csv', import.meta.url));

describe.skipIf(!existsSync(join(bundled, 'config.json')) || !existsSync(stsFile))(
  'the bundled encoder (skipped where it, or the data, is missing)',
  () => {
    it('scores real sentences the same alone and in batches', async () => {
      const rows = readFileSync(stsFile, 'utf8').trim().split('\n').slice(0, 40);
      const requests = rows.map((row) => row.split('\t')).map((c) => pair(c[5]!, c[6]!));
      const alone = (await score(requests, { batchSize: 1 }, 'bundled:sts')).map(raw);
      const batched = (await score(requests, { batchSize: 16 }, 'bundled:sts')).map(raw);
      batched.forEach((value, i) => {
        expect(value).toBeCloseTo(alone[i]!, 5);
      });
    });
  },
);

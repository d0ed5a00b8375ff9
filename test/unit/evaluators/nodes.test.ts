import { describe, expect, it } from 'vitest';
import type { LexicalConfig } from '../../../src/core/config.ts';
import { createEvaluatorNode, createModelNode, type NodeContext } from '../../../src/node/nodes.ts';
import { ModelUnusableError, type ScoreRequest } from '../../../src/node/ports.ts';

const never = new AbortController().signal;
const context: NodeContext = {
  root: '.',
  env: () => undefined,
  places: { models: 'models', runner: 'runner', cache: 'cache' },
};

const lexical = (metric: LexicalConfig['metric'], stemmer = false) =>
  createEvaluatorNode({ id: 'l', kind: 'lexical', metric, stemmer }, context);
const request = (text: string, ...references: string[]): ScoreRequest => ({
  sample: { id: 's', messages: [], references, unanswerable: false },
  text,
});

describe('the lexical evaluator', () => {
  it('scores by the best reference, on [0, 10]', async () => {
    // ROUGE-1 by hand: 2 of 3 words in common with each other: P = 2/3, R = 2/3
    const [score] = await lexical('rouge1').score([request('the red ball', 'nothing', 'the red box')], never);
    expect(score).toMatchObject({ raw: expect.closeTo(2 / 3, 10), quality: expect.closeTo(20 / 3, 10) });
    expect(score).toMatchObject({ compared: 'reference', batchSize: 1, device: 'cpu', latencyMs: expect.any(Number) });
  });

  it('stems only when asked', async () => {
    expect(await lexical('rougeL').score([request('jumping', 'jumps')], never)).toMatchObject([{ raw: 0 }]);
    expect(await lexical('rougeL', true).score([request('jumping', 'jumps')], never)).toMatchObject([{ raw: 1 }]);
  });

  it('has chrF on [0, 1] too, and skips samples without a reference', async () => {
    const outcomes = await lexical('chrf').score([request('same', 'same'), request('same')], never);
    expect(outcomes).toMatchObject([{ raw: 1, quality: 10 }, { skipped: true }]);
  });

  it('holds an empty answer to an unanswerable question for right', async () => {
    const asked = (text: string) => ({ ...request(text), sample: { ...request('').sample, unanswerable: true } });
    const outcomes = await lexical('chrf').score([asked(''), asked('1999')], never);
    expect(outcomes).toMatchObject([
      { raw: 1, quality: 10, compared: 'reference' },
      { raw: 0, quality: 0 },
    ]);
  });

  it('stops when cancelled', async () => {
    const cancelled = AbortSignal.abort(new Error('enough'));
    await expect(lexical('rouge2').score([request('a', 'b')], cancelled)).rejects.toThrow('enough');
  });
});

describe('createModelNode', () => {
  it("refuses the editor's own models outside the editor, when they are loaded", async () => {
    const node = createModelNode({ id: 'c', provider: 'vscode-lm', model: 'copilot' }, context, 4);
    const error = await node.load(never).catch((e: Error) => e);
    expect(error).toBeInstanceOf(ModelUnusableError);
    expect((error as Error).message).toContain('inside the editor');
    await node.close();
  });

  it('makes local models of one lane, one at a time', () => {
    const config = { id: 'a', provider: 'onnx', model: './m', dtype: 'auto', device: 'auto', batchSize: 3 } as const;
    expect(createModelNode(config, context, 4)).toMatchObject({ lane: 'local', concurrency: 1, batchSize: 3 });
  });
});

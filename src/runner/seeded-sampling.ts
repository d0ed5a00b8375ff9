import { LogitsProcessor, random, type Tensor } from '@huggingface/transformers';
import type { PromptOrder } from '../protocol/runner.ts';
import { drawToken } from './sampling.ts';

/**
 * Samples every row with a generator of its own, seeded by its prompt: a sampled text is the same in a batch, alone,
 * and in a run that was resumed. What was drawn is left as the only possible token.
 */
export class SeededSampling extends LogitsProcessor {
  private readonly generators: (() => number)[];

  constructor(private readonly prompts: PromptOrder[]) {
    super();
    this.generators = prompts.map(({ seed }) => {
      // Mersenne Twister; its seed is not negative.
      const generator = new random.Random(seed < 0 ? 2 ** 32 - seed : seed);
      return () => generator.random();
    });
  }

  override _call(_sequences: bigint[][], logits: Tensor): Tensor {
    const vocabulary = logits.dims.at(-1)!;
    const data = logits.data as Float32Array;
    this.prompts.forEach((prompt, i) => {
      if (prompt.temperature === 0) return;
      const row = data.subarray(i * vocabulary, (i + 1) * vocabulary);
      const token = drawToken(row, prompt, this.generators[i]!());
      row.fill(Number.NEGATIVE_INFINITY);
      row[token] = 0;
    });
    return logits;
  }
}

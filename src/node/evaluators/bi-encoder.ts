import type { BiEncoderConfig } from '../../core/config.ts';
import { hasReference } from '../../core/evaluators.ts';
import { biEncoderQuality, cosine } from '../../core/metrics/scales.ts';
import type { Compared } from '../../core/types.ts';
import type { NodeContext } from '../node-context.ts';
import { type EvaluatorNode, ModelUnusableError, type ScoreOutcome, type ScoreRequest } from '../ports.ts';
import { LocalModel } from '../runner-client/local-model.ts';

/** A generation and what it is compared with. */
interface Pair {
  /** Its place among the requests. */
  index: number;
  text: string;
  others: string[];
  compared: Compared;
}

/**
 * Scores by the cosine of two sentence embeddings: the generation's and the reference's (the best of several), or the
 * prompt's. Of a conversation the prompt is the last message of the user: what the generation answers.
 */
export function createBiEncoderNode(
  config: BiEncoderConfig,
  context: NodeContext,
): EvaluatorNode & { readonly pid: number | null } {
  const model = new LocalModel('embedding', config, context);

  async function score(requests: ScoreRequest[], signal: AbortSignal): Promise<ScoreOutcome[]> {
    const outcomes: ScoreOutcome[] = requests.map(() => ({ skipped: true }));
    const pairs = requests.flatMap((request, index) => pairOf(request, index, config.compare) ?? []);
    // Texts of similar length share a batch, so that little of it is padding.
    pairs.sort((a, b) => a.text.length - b.text.length || a.index - b.index);
    for (let at = 0; at < pairs.length; at += config.batchSize) {
      const batch = pairs.slice(at, at + config.batchSize);
      const scored = await scoreBatch(batch, signal);
      batch.forEach((pair, k) => {
        outcomes[pair.index] = scored[k]!;
      });
    }
    return outcomes;
  }

  async function scoreBatch(batch: Pair[], signal: AbortSignal): Promise<ScoreOutcome[]> {
    const texts = batch.flatMap((pair) => [pair.text, ...pair.others]);
    const start = performance.now();
    try {
      const { vectors, dimension, latencyMs } = await model.call(
        (runner, job) => runner.embed({ job, texts, batchSize: batch.length }),
        signal,
      );
      let next = 0;
      const vector = () => vectors.subarray(next * dimension, ++next * dimension);
      const share = latencyMs / batch.length;
      return batch.map((pair) => {
        const generation = vector();
        const others = pair.others.map(vector);
        return outcome(pair, generation, others, share, batch.length, model.device);
      });
    } catch (error) {
      if (signal.aborted || error instanceof ModelUnusableError) throw error;
      const latencyMs = (performance.now() - start) / batch.length;
      return batch.map(() => ({ error: (error as Error).message, latencyMs }));
    }
  }

  return {
    id: config.id,
    get pid() {
      return model.pid;
    },
    load: (signal, onProgress) => model.load(signal, onProgress),
    score,
    close: () => model.close(),
  };
}

/** Null where there is nothing to compare with. */
function pairOf({ sample, text }: ScoreRequest, index: number, compare: BiEncoderConfig['compare']): Pair | null {
  if (compare !== 'prompt' && hasReference(sample)) {
    return { index, text, others: sample.unanswerable ? [''] : sample.references, compared: 'reference' };
  }
  if (compare === 'reference') return null;
  const prompt = sample.messages.findLast((message) => message.role === 'user') ?? sample.messages.at(-1);
  return prompt ? { index, text, others: [prompt.content], compared: 'prompt' } : null;
}

function outcome(
  { compared }: Pair,
  generation: Float32Array,
  others: Float32Array[],
  latencyMs: number,
  batchSize: number,
  device: string | null,
): ScoreOutcome {
  try {
    const raw = Math.max(...others.map((other) => cosine(generation, other)));
    return { raw, quality: biEncoderQuality(raw), compared, latencyMs, batchSize, device };
  } catch (error) {
    return { error: (error as Error).message, latencyMs };
  }
}

import type { LexicalConfig } from '../../core/config.ts';
import { lexicalValue } from '../../core/metrics/lexical.ts';
import { lexicalQuality } from '../../core/metrics/scales.ts';
import type { EvaluatorNode, ScoreOutcome, ScoreRequest } from '../ports.ts';

/** So long texts are scored before others of this process, such as sockets with an answer, have their turn. */
const BREATHE_EVERY_MS = 5;

/** Scores by the words or characters that the generation shares with the best reference; computed in this process. */
export function createLexicalNode({ id, metric, stemmer }: LexicalConfig): EvaluatorNode {
  function scoreOne({ sample, text }: ScoreRequest): ScoreOutcome {
    const start = performance.now();
    const raw = lexicalValue(metric, text, sample, stemmer);
    const latencyMs = performance.now() - start;
    if (raw === null) return { skipped: true };
    return { raw, quality: lexicalQuality(raw), compared: 'reference', latencyMs, batchSize: 1, device: 'cpu' };
  }

  return {
    id,
    load: async () => ({ device: 'cpu' }),
    async score(requests, signal) {
      const outcomes: ScoreOutcome[] = [];
      let breathedAt = performance.now();
      for (const request of requests) {
        signal.throwIfAborted();
        outcomes.push(scoreOne(request));
        if (performance.now() - breathedAt < BREATHE_EVERY_MS) continue;
        await new Promise((resume) => setImmediate(resume));
        breathedAt = performance.now();
      }
      return outcomes;
    },
    close: async () => {},
  };
}

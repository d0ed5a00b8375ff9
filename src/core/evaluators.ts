import type { EvaluatorConfig } from './config.ts';
import type { Sample } from './types.ts';

/**
 * True for an evaluator that scores against references alone: it skips samples that have none, and it knows more than
 * a network's evaluator could. One with `compare: "auto"` is counted apart by what it compared.
 */
export function usesReference(evaluator: EvaluatorConfig): boolean {
  return evaluator.kind === 'lexical' || evaluator.compare === 'reference';
}

/** What a sample's answers are compared with. */
export type Expected = Pick<Sample, 'references' | 'unanswerable'>;

/** True for a sample that evaluators can compare with a reference; an unanswerable question's is the empty answer. */
export function hasReference({ references, unanswerable }: Expected): boolean {
  return unanswerable || references.length > 0;
}

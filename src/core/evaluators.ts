import type { EvaluatorConfig } from './config.ts';

/** True when the evaluator can only score samples that have a reference; it skips the others. */
export function needsReference(evaluator: EvaluatorConfig): boolean {
  return evaluator.kind === 'lexical' || evaluator.compare === 'reference';
}

/** True when a score may depend on a reference: such an evaluator knows more than a network's evaluator could. */
export function usesReference(evaluator: EvaluatorConfig): boolean {
  return evaluator.kind === 'lexical' || evaluator.compare !== 'prompt';
}

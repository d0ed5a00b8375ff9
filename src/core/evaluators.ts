import type { EvaluatorConfig } from './config.ts';

/**
 * True for an evaluator that scores against references alone: it skips samples that have none, and it knows more than
 * a network's evaluator could. One with `compare: "auto"` is counted apart by what it compared.
 */
export function usesReference(evaluator: EvaluatorConfig): boolean {
  return evaluator.kind === 'lexical' || evaluator.compare === 'reference';
}

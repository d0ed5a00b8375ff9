import type { LexicalConfig } from '../config.ts';
import type { Expected } from '../evaluators.ts';
import { chrf } from './chrf.ts';
import { rouge } from './rouge.ts';
import { truthOf } from './truth.ts';

/**
 * The raw value of a lexical evaluator in [0, 1], the best over the references; null without a reference.
 * Of an unanswerable question the empty answer is the reference: there the value is the exact match of SQuAD v2, 1 for
 * an answer without words and 0 for any other. `stemmer` concerns ROUGE alone.
 */
export function lexicalValue(
  metric: LexicalConfig['metric'],
  text: string,
  { references, unanswerable }: Expected,
  stemmer = false,
): number | null {
  if (unanswerable) return truthOf(text, references, unanswerable)?.exact ?? null;
  return metric === 'chrf' ? chrf(text, references) : rouge(metric, text, references, stemmer);
}

import type { LexicalConfig } from '../config.ts';
import { chrf } from './chrf.ts';
import { rouge } from './rouge.ts';

/**
 * The raw value of a lexical evaluator in [0, 1], the best over the references; null without a reference.
 * `stemmer` concerns ROUGE alone.
 */
export function lexicalValue(
  metric: LexicalConfig['metric'],
  text: string,
  references: readonly string[],
  stemmer = false,
): number | null {
  return metric === 'chrf' ? chrf(text, references) : rouge(metric, text, references, stemmer);
}

import { splitWords } from './words.ts';

/** Truth of one generation, both values in [0, 1]. */
export interface Truth {
  f1: number;
  exact: number;
}

const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]+/g;
// Python's \b between Unicode word characters (letters and numbers; combining marks are none). The underscore is
// punctuation and gone by then.
const ARTICLES = /(?<![\p{L}\p{N}])(?:an?|the)(?![\p{L}\p{N}])/gu;

/**
 * The words that SQuAD's evaluation compares: lower case, without ASCII punctuation, without the articles a, an, the,
 * split at white space.
 */
export function normalizedWords(text: string): string[] {
  return splitWords(text.toLowerCase().replace(ASCII_PUNCTUATION, '').replace(ARTICLES, ' '));
}

/**
 * Token F1 and exact match of SQuAD v1.1's evaluation (Rajpurkar et al. 2016), each the best over the references, in
 * [0, 1]. Two texts without words match exactly and have F1 0, as there.
 *
 * An `unanswerable` question has the empty answer as its only right one (SQuAD v2): both values are 1 for a text
 * without words and 0 for any other, whatever the references. Null when there is nothing to compare with.
 */
export function truthOf(text: string, references: readonly string[], unanswerable: boolean): Truth | null {
  if (!unanswerable && references.length === 0) return null;
  const words = normalizedWords(text);
  if (unanswerable) {
    const right = words.length === 0 ? 1 : 0;
    return { f1: right, exact: right };
  }
  const best: Truth = { f1: 0, exact: 0 };
  for (const reference of references) {
    const referenceWords = normalizedWords(reference);
    best.f1 = Math.max(best.f1, tokenF1(words, referenceWords));
    if (sameWords(words, referenceWords)) best.exact = 1;
  }
  return best;
}

function tokenF1(words: string[], referenceWords: string[]): number {
  const left = new Map<string, number>();
  for (const word of referenceWords) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of words) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  if (common === 0) return 0;
  const precision = common / words.length;
  const recall = common / referenceWords.length;
  return (2 * precision * recall) / (precision + recall);
}

function sameWords(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

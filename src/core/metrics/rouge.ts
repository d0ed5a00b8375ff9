import { lcsLength } from './lcs.ts';
import { porterStem } from './porter.ts';

type RougeMetric = 'rouge1' | 'rouge2' | 'rougeL';

/**
 * ROUGE-1, ROUGE-2 or ROUGE-L (Lin 2004) as rouge_score 0.1.2 computes it: the F-measure, the best over the
 * references, in [0, 1]; ROUGE-L over the whole text as one sentence. Words are runs of ASCII letters and digits of the
 * text in lower case; with `stemmer`, words of more than three characters are reduced to their Porter stem.
 * Null without a reference; 0 where either side has no words.
 */
export function rouge(
  metric: RougeMetric,
  text: string,
  references: readonly string[],
  stemmer = false,
): number | null {
  if (references.length === 0) return null;
  const ids = new Map<string, number>();
  const tokens = tokenIds(text, stemmer, ids);
  let best = 0;
  for (const reference of references) {
    best = Math.max(best, fMeasure(metric, tokens, tokenIds(reference, stemmer, ids)));
  }
  return best;
}

/** The words of a text as small integers, the same word always the same; `ids` grows as new words come. */
function tokenIds(text: string, stemmer: boolean, ids: Map<string, number>): number[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.map((word) => {
    const token = stemmer && word.length > 3 ? porterStem(word) : word;
    let id = ids.get(token);
    if (id === undefined) {
      id = ids.size;
      ids.set(token, id);
    }
    return id;
  });
}

function fMeasure(metric: RougeMetric, tokens: number[], reference: number[]): number {
  if (metric === 'rougeL') return harmonicMean(lcsLength(tokens, reference), tokens.length, reference.length);
  if (metric === 'rouge1') return harmonicMean(commonCount(tokens, reference), tokens.length, reference.length);
  const pairs = bigrams(tokens);
  const referencePairs = bigrams(reference);
  return harmonicMean(commonCount(pairs, referencePairs), pairs.length, referencePairs.length);
}

/** Every two neighbours as one number: a text has far fewer than 2^26 different words. */
function bigrams(tokens: number[]): number[] {
  const pairs: number[] = [];
  for (let i = 1; i < tokens.length; i++) pairs.push(tokens[i - 1]! * 2 ** 26 + tokens[i]!);
  return pairs;
}

/** Size of the intersection of two multisets. */
function commonCount(a: number[], b: number[]): number {
  const left = new Map<number, number>();
  for (const item of b) left.set(item, (left.get(item) ?? 0) + 1);
  let common = 0;
  for (const item of a) {
    const count = left.get(item) ?? 0;
    if (count === 0) continue;
    left.set(item, count - 1);
    common++;
  }
  return common;
}

function harmonicMean(common: number, count: number, referenceCount: number): number {
  if (common === 0) return 0;
  const precision = common / count;
  const recall = common / referenceCount;
  return (2 * precision * recall) / (precision + recall);
}

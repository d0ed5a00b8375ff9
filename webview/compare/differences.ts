import { truthOf } from '../../src/core/metrics/truth.ts';
import { type DiffPart, wordDiff } from '../../src/core/report/word-diff.ts';

export interface Differences {
  /** The answer, with the reference's words that it lacks; null where the texts are too long or too different. */
  parts: DiffPart[] | null;
  /** Which of the references, from 0. */
  reference: number;
}

/** An answer against the nearest of the references: the one of the highest token F1, the first of equals. */
export function differences(text: string, references: readonly string[]): Differences {
  let reference = 0;
  let best = -1;
  references.forEach((candidate, i) => {
    const f1 = references.length === 1 ? 1 : truthOf(text, [candidate], false)!.f1;
    if (f1 > best) [best, reference] = [f1, i];
  });
  return { parts: wordDiff(references[reference]!, text), reference };
}

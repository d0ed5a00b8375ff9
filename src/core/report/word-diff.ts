import { diffArrays } from 'diff';

/** Longer texts are not compared: it would hold up the view they are shown in. */
const MAX_CHARACTERS = 10_000;
/** Nor are those that differ in so many words more than their lengths do: the time grows with the square. */
const MAX_EDITS = 500;

export interface DiffPart {
  /** `added`: only in the text; `removed`: only in the reference. */
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/**
 * What of a text differs from a reference, word by word: a shortest edit (Myers). `same` and `added` parts together are
 * the text as it stands. White space belongs to the word before it and makes no difference, nor do two ways to write
 * one character (NFC); words are those of Unicode, in scripts without spaces too. Null where the texts are too long or
 * too different.
 */
export function wordDiff(reference: string, text: string): DiffPart[] | null {
  if (Math.max(reference.length, text.length) > MAX_CHARACTERS) return null;
  const [before, after] = [words(reference), words(text)];
  const key = (word: string) => word.trim().normalize('NFC');
  const maxEditLength = Math.abs(before.length - after.length) + MAX_EDITS;
  const changes = diffArrays(before.map(key), after.map(key), { maxEditLength });
  if (!changes) return null;
  let [i, j] = [0, 0];
  return changes.map(({ value: { length }, added, removed }): DiffPart => {
    const [fromReference, fromText] = [before.slice(i, i + length), after.slice(j, j + length)];
    if (!added) i += length;
    if (!removed) j += length;
    if (removed) return { kind: 'removed', text: fromReference.join('') };
    return { kind: added ? 'added' : 'same', text: fromText.join('') };
  });
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Words and punctuation marks, each with the white space behind it; the first one with that before it too. */
function words(text: string): string[] {
  const found: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = found.length - 1;
    if (last >= 0 && (segment.trim() === '' || found[last]!.trim() === '')) found[last] += segment;
    else found.push(segment);
  }
  return found;
}

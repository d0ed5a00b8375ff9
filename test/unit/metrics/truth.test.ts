import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizedWords, truthOf } from '../../../src/core/metrics/truth.ts';
import { expectAllEqual, textVectors } from './vectors.ts';

const vectors = textVectors();
const f1 = (text: string, ...references: string[]) => truthOf(text, references, false)?.f1;
const exact = (text: string, ...references: string[]) => truthOf(text, references, false)?.exact;

describe('truth against the published evaluation', () => {
  it('has at least 300 text pairs to compare with', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(300);
  });
  it('token F1 is the same on every pair', () => {
    expectAllEqual(
      vectors,
      (v) => f1(v.text, ...v.references),
      (v) => v.f1,
    );
  });
  it('exact match is the same on every pair', () => {
    expectAllEqual(
      vectors,
      (v) => exact(v.text, ...v.references),
      (v) => v.exact,
    );
  });
});

describe('normalisation', () => {
  it.each([
    ['The  Cat, the dog!', ['cat', 'dog']],
    ['brother-in-law', ['brotherinlaw']],
    ['snake_case the_end', ['snakecase', 'theend']],
    // Articles are whole words: not inside others, but beside anything that is no letter or number.
    ['another theatre banana', ['another', 'theatre', 'banana']],
    ['a—the … ‘an’', ['—', '…', '‘', '’']],
    ['éa aé thé', ['éa', 'aé', 'thé']],
    ['日a本', ['日a本']],
    ['²a ½the', ['²a', '½the']],
    // A combining mark is no word character for Python: the article before it goes.
    ['a\u0301', ['\u0301']],
    ['İ', ['i\u0307']],
    ['ΣΑΣ', ['σας']],
    ['STRASSE Straße', ['strasse', 'straße']],
    // White space of Python, not of JavaScript.
    ['x\u001cy\u0085z\u00a0w', ['x', 'y', 'z', 'w']],
    ['x\ufeffy\u200bz', ['x\ufeffy\u200bz']],
    ['', []],
    ['The?!', []],
  ])('%j', (text, words) => {
    expect(normalizedWords(text)).toEqual(words);
  });
});

describe('truthOf', () => {
  it('counts words as often as both have them', () => {
    // Common: red, red; precision 2/3, recall 2/4.
    expect(f1('red red red', 'red red blue green')).toBeCloseTo(4 / 7, 12);
  });
  it('takes the best reference, for each value by itself', () => {
    expect(f1('blue whale', 'shark', 'blue shark', 'the whale')).toBeCloseTo(2 / 3, 12);
    expect(exact('blue whale', 'shark', 'The Blue Whale.')).toBe(1);
  });
  it('gives F1 0 and an exact match to two texts without words, as v1.1 does', () => {
    expect(truthOf('The', ['a'], false)).toEqual({ f1: 0, exact: 1 });
    expect(truthOf('', ['Paris'], false)).toEqual({ f1: 0, exact: 0 });
  });
  it('is null without a reference', () => {
    expect(truthOf('anything', [], false)).toBeNull();
  });
  it('asks for an empty answer where the question has none', () => {
    expect(truthOf('', [], true)).toEqual({ f1: 1, exact: 1 });
    expect(truthOf(' The. ', [], true)).toEqual({ f1: 1, exact: 1 });
    expect(truthOf('unanswerable', [], true)).toEqual({ f1: 0, exact: 0 });
    expect(truthOf('Paris', ['Paris'], true)).toEqual({ f1: 0, exact: 0 });
  });
  it('does not stumble over the names of built-in properties', () => {
    expect(f1('constructor __proto__ toString', 'toString constructor')).toBeCloseTo(0.8, 12);
  });
});

describe('properties of token F1', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.array(fc.constantFrom('the', 'a', 'red', 'Fox', 'é', '42', '—'), { maxLength: 8 }).map((w) => w.join(' ')),
  );
  it('lies in [0, 1] and is symmetric', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const value = f1(a, b)!;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(value).toBeCloseTo(f1(b, a)!, 12);
      }),
    );
  });
  it('is 1 for a text with words against itself', () => {
    fc.assert(
      fc.property(text, (a) => {
        expect(truthOf(a, [a], false)).toEqual({ f1: normalizedWords(a).length > 0 ? 1 : 0, exact: 1 });
      }),
    );
  });
  it('does not depend on the order of the references', () => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (a, references) => {
        expect(truthOf(a, references, false)).toEqual(truthOf(a, [...references].reverse(), false));
      }),
    );
  });
});

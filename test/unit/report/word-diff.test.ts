import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordDiff } from '../../../src/core/report/word-diff.ts';

const short = (reference: string, text: string) =>
  wordDiff(reference, text)!.map(({ kind, text: part }) => ({ same: '=', added: '+', removed: '-' })[kind] + part);

/** Length of the longest common subsequence, by the textbook. */
function lcs(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
    }
  }
  return table[a.length]![b.length]!;
}

describe('wordDiff', () => {
  it('marks words, not letters', () => {
    expect(short('the red fox runs', 'the quick red dog runs')).toEqual([
      '=the ',
      '+quick ',
      '=red ',
      '-fox ',
      '+dog ',
      '=runs',
    ]);
    expect(short('In Paris.', 'In Paris')).toEqual(['=In Paris', '-.']);
    expect(short('same', 'same')).toEqual(['=same']);
  });

  it('knows nothing against something', () => {
    expect(wordDiff('', '')).toEqual([]);
    expect(short('', 'a b')).toEqual(['+a b']);
    expect(short('a b', '')).toEqual(['-a b']);
    expect(short('a', ' \n')).toEqual(['-a', '+ \n']);
  });

  it('sees no difference in white space and in ways to write a character', () => {
    expect(short('one\ntwo  three ', ' one two\r\n\tthree')).toEqual(['= one two\r\n\tthree']);
    expect(short('caf\u00e9 noir', 'cafe\u0301 noir')).toEqual(['=cafe\u0301 noir']);
    expect(short('a\u00a0b', 'a b')).toEqual(['=a b']);
  });

  it('keeps the words of other scripts and what is one character to a reader whole', () => {
    expect(short('красная лиса бежит', 'красная собака бежит')).toEqual(['=красная ', '-лиса ', '+собака ', '=бежит']);
    expect(short('東京に行く', '大阪に行く').join('')).toMatch(/^-東京\+大阪=に/);
    expect(short('ok 👩‍👩‍👧', 'ok 👩‍👩‍👦')).toEqual(['=ok ', '-👩‍👩‍👧', '+👩‍👩‍👦']);
    expect(short('हिन्दी भाषा', 'हिन्दी में')).toEqual(['=हिन्दी ', '-भाषा', '+में']);
  });

  it('gives the text and the reference back, with a shortest edit', () => {
    const word = fc.constantFrom('a', 'b', 'c', 'é', 'лиса', '.', '<b>', '\ud800');
    const space = fc.constantFrom(' ', '\n', '  ');
    const text = fc
      .array(fc.tuple(word, space), { maxLength: 30 })
      .map((words) => words.map(([w, s]) => w + s).join(''));
    const plain = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 25 });
    const joined = (parts: ReturnType<typeof wordDiff>, without: string) =>
      parts!.flatMap(({ kind, text }) => (kind === without ? [] : [text])).join('');
    fc.assert(
      fc.property(text, text, (reference, answer) => {
        const parts = wordDiff(reference, answer);
        expect(joined(parts, 'removed')).toBe(answer);
        expect(joined(parts, 'added').split(/\s+/).join('')).toBe(reference.split(/\s+/).join(''));
      }),
    );
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const parts = wordDiff(a.join(' '), b.join(' '))!;
        const same = parts.filter(({ kind }) => kind === 'same').flatMap((part) => part.text.trim().split(' '));
        expect(same).toHaveLength(lcs(a, b));
      }),
    );
  });

  it('gives up on what would take too long', () => {
    const many = (word: string, count: number) => Array.from({ length: count }, (_, i) => `${word}${i}`).join(' ');
    expect(wordDiff('short', 'x '.repeat(5001))).toBeNull();
    expect(wordDiff(many('a', 300), many('b', 300))).toBeNull();
    expect(wordDiff(many('a', 200), many('b', 200))).toHaveLength(2);
    expect(wordDiff(many('a', 1500), many('a', 1500))).toHaveLength(1);
    // An answer that only says more than the reference is not too different.
    expect(wordDiff('a7 a9', many('a', 1500))).toHaveLength(5);
  });
});

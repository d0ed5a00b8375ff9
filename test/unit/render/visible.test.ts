import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markup, output } from '../../../src/core/report/render/markup.ts';
import { clip, ellipsis, oneLine, visible } from '../../../src/core/report/render/visible.ts';

describe('hidden characters', () => {
  test.each([
    ['\x1b[31mred\x1b[0m', '\\u{1B}[31mred\\u{1B}[0m'],
    ['a\0b', 'a\\u{0}b'],
    ['\u202Egpj.exe', '\\u{202E}gpj.exe'],
    ['\u2067x\u2069', '\\u{2067}x\\u{2069}'],
    ['zero\u200Bwidth\uFEFF', 'zero\\u{200B}width\\u{FEFF}'],
    ['\u{E0041}tag', '\\u{E0041}tag'],
    ['half \uD83D', 'half \\u{D83D}'],
    ['c1\x9b2J', 'c1\\u{9B}2J'],
    ['lone\rreturn', 'lone\\u{D}return'],
  ])('%j shows as %j', (text, shown) => expect(visible(text)).toBe(shown));

  test('ordinary text stays: line ends, tabs, other scripts, joined emoji', () => {
    const text = 'a\tb\nč ﷽ السلام 日本語 👩‍👩‍👧 क्‍ष −–“”';
    expect(visible(text)).toBe(text);
    expect(visible('a\r\nb')).toBe('a\nb');
  });

  test('one line is one line', () => {
    expect(oneLine(' a\n\nb\t c\r\nd ')).toBe('a b c d');
    const anything = fc.array(fc.integer({ min: 0, max: 0x10ffff })).map((points) => String.fromCodePoint(...points));
    fc.assert(fc.property(anything, (text) => !/[\p{Cc}\p{Cs}\u2028-\u202E\uFEFF]/u.test(oneLine(text))));
  });

  test('clipping never halves a character', () => {
    expect(clip('ab😀cd', 3)).toEqual({ text: 'ab', clipped: true, of: 6 });
    expect(clip('ab😀cd', 4).text).toBe('ab😀');
    expect(clip('abc', 3)).toEqual({ text: 'abc', clipped: false, of: 3 });
    expect(ellipsis('😀😀😀', 2)).toBe('😀…');
  });
});

describe('markup', () => {
  test('escapes what is put in, for text and for attributes', () => {
    const nasty = `"><script>alert('&')</script>`;
    expect(markup`<a title="${nasty}">${nasty}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</a>',
    );
  });

  test('nested markup stays as it is; nothing shows as nothing; coordinates are finite', () => {
    expect(markup`${[markup`<b>${1.23456}</b>`, null, undefined, false, 'x<']}${Number.NaN}`.text).toBe(
      '<b>1.23</b>x&lt;0',
    );
  });

  test('an output keeps its text and marks what would not show', () => {
    expect(output('<b>\x07</b>').text).toBe('&lt;b&gt;<span class="hidden-char">\\u{7}</span>&lt;/b&gt;');
  });

  test('whatever an output holds, no tag and no quote of it survives', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '\0', '\u202E', '=', '/') }),
        (text) => {
          const without = output(text).text.replace(/<span class="hidden-char">(\\u\{[0-9A-F]+\})<\/span>/g, '$1');
          return !/[<>"']/.test(without) && !/&(?!amp;|lt;|gt;|quot;|#39;)/.test(without);
        },
      ),
    );
  });
});

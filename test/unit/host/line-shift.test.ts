import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineShift, type TextEdit } from '../../../src/host/editor/line-shift.ts';

const edit = (startLine: number, start: number, endLine: number, end: number, text: string): TextEdit => ({
  range: { start: { line: startLine, character: start }, end: { line: endLine, character: end } },
  text,
});

/** The same edit on a plain list of lines: the reference. */
function apply(lines: string[], { range: { start, end }, text }: TextEdit): string[] {
  const before = lines[start.line]!.slice(0, start.character);
  const after = lines[end.line]!.slice(end.character);
  return [...lines.slice(0, start.line), ...`${before}${text}${after}`.split('\n'), ...lines.slice(end.line + 1)];
}

test('typing within lines moves nothing', () => {
  const shift = new LineShift();
  shift.note(2, [edit(3, 4, 3, 4, 'x'), edit(1, 0, 1, 2, '')]);
  expect([0, 1, 3, 9].map((line) => shift.now(line))).toEqual([0, 1, 3, 9]);
});

test('a line that is begun before a row moves it, one that is begun within does not', () => {
  const shift = new LineShift();
  shift.note(2, [edit(3, 0, 3, 0, '\n')]);
  expect([2, 3, 4].map((line) => shift.now(line))).toEqual([2, 4, 5]);
  shift.note(3, [edit(4, 5, 4, 5, '\n\n')]);
  expect([2, 3, 4].map((line) => shift.now(line))).toEqual([2, 4, 7]);
});

test('edits that a reading knows are forgotten, later ones stay', () => {
  const shift = new LineShift();
  shift.note(2, [edit(0, 0, 0, 0, '\n')]);
  shift.note(3, [edit(0, 0, 0, 0, '\n\n')]);
  shift.rebase(2);
  expect(shift.now(5)).toBe(7);
  shift.rebase(3);
  expect(shift.now(5)).toBe(5);
});

test('untouched lines are found again after any edits', () => {
  const edits = fc.array(
    fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.constantFrom('', 'x', '\n', 'a\nb', '\n\n\n')),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), edits, (count, raw) => {
      const names = Array.from({ length: count }, (_, i) => `row ${i};`);
      let lines = names;
      const shift = new LineShift();
      for (const [index, [a, b, c, d, text]] of raw.entries()) {
        const startLine = a % lines.length;
        const endLine = startLine + (b % (lines.length - startLine));
        const start = c % (lines[startLine]!.length + 1);
        const least = startLine === endLine ? start : 0;
        const end = least + (d % (lines[endLine]!.length - least + 1));
        const one = edit(startLine, start, endLine, end, text);
        shift.note(index + 2, [one]);
        lines = apply(lines, one);
      }
      for (const [i, name] of names.entries()) {
        const at = lines.findIndex((line) => line.endsWith(name) || line.startsWith(name));
        // A row whose text is whole and stands at a line's beginning is found there.
        if (at >= 0 && lines[at]!.startsWith(name) && lines.filter((l) => l.includes(name)).length === 1)
          expect(shift.now(i)).toBe(at);
        expect(shift.now(i)).toBeLessThan(lines.length);
      }
    }),
  );
});

test('rows keep their order', () => {
  const shift = new LineShift();
  shift.note(2, [edit(2, 3, 6, 1, 'a\nb')]);
  const now = Array.from({ length: 10 }, (_, line) => shift.now(line));
  expect(now).toEqual([...now].sort((a, b) => a - b));
});

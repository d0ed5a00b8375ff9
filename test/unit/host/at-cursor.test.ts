import { expect, test } from 'vitest';
import { idsAtLine } from '../../../src/host/commands/at-cursor.ts';

const at = (id: string, line?: number) => ({ id, source: { file: 'f', line } });

test('the samples of the line at or above the cursor are meant', () => {
  const samples = [at('a', 3), at('b', 7), at('c', 7), at('d', 12)];
  expect(idsAtLine(samples, 3)).toEqual(['a']);
  expect(idsAtLine(samples, 6)).toEqual(['a']);
  expect(idsAtLine(samples, 7)).toEqual(['b', 'c']);
  expect(idsAtLine(samples, 11)).toEqual(['b', 'c']);
  expect(idsAtLine(samples, 99)).toEqual(['d']);
});

test('above the first sample, the first one is meant', () => {
  expect(idsAtLine([at('b', 9), at('a', 4)], 1)).toEqual(['a']);
});

test('samples without a line belong to the first line; without samples there is nothing', () => {
  expect(idsAtLine([at('a'), at('b', 5)], 2)).toEqual(['a']);
  expect(idsAtLine([], 2)).toEqual([]);
});

test('a hundred thousand rows are no problem', () => {
  const samples = Array.from({ length: 100_000 }, (_, i) => at(`s${i}`, i + 1));
  expect(idsAtLine(samples, 70_000)).toEqual(['s69999']);
});

import { expect, test } from 'vitest';
import { tellingLine } from '../../../src/core/report/render/label.ts';

const TEXT = 'Nora works in the library in Leeds. Omar works in the bakery in York, but only on Sundays.';

test.each([
  ['a question at the end', `Answer from the text.\n\nText: ${TEXT}\n\nQuestion: Where does Nora work?`],
  ['an instruction after it', `Text: ${TEXT}\n\nQuestion: Where does Nora work?\n\nAnswer with a short phrase.`],
  ['an instruction before it', `${TEXT}\nAnswer with a short phrase: Where does Nora work?`],
  ['an empty answer after it', `${TEXT}\r\nWhere does Nora work?\r\nAnswer:\r\n`],
])('the question tells: %s', (_, prompt) => {
  expect(tellingLine(prompt)).toBe('Where does Nora work?');
});

test('without a question the longest line tells', () => {
  expect(tellingLine(`Summarise the article in one sentence.\n\nArticle: ${TEXT}`)).toBe(TEXT);
  expect(tellingLine(`${TEXT}\n\nA summary of it:`)).toBe(TEXT);
});

test('what has nothing else is left as it is', () => {
  expect(tellingLine('')).toBe('');
  expect(tellingLine(' \n\t\n')).toBe('');
  expect(tellingLine('Answer:')).toBe('Answer:');
  expect(tellingLine('“Qui vive ?”')).toBe('“Qui vive ?”');
  expect(tellingLine('Translate: good morning')).toBe('good morning');
});

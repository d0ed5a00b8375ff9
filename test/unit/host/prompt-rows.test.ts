import { describe, expect, test } from 'vitest';
import type { PromptFormat } from '../../../src/core/config.ts';
import { figuresLine, layoutOf, promptLine, rowAt, rowsOf, rowsWithin } from '../../../src/host/editor/prompt-rows.ts';
import type { SampleHead } from '../../../src/protocol/reader.ts';

const head = (id: string, line: number | undefined, file = 'a.jsonl'): SampleHead => ({
  id,
  task: null,
  label: id,
  reference: null,
  references: 0,
  source: { file, line },
});
const same = (line: number) => line;
const rows = rowsOf('a.jsonl', {
  samples: [head('c', 9), head('a', 2), head('b', 2), head('elsewhere', 4, 'tests.csv'), head('none', undefined)],
});

test('samples of one line are one row, by line, and other files have none', () => {
  expect(rows.map((row) => [row.line, row.samples.map(({ id }) => id)])).toEqual([
    [0, ['none']],
    [1, ['a', 'b']],
    [8, ['c']],
  ]);
});

test('the row of a line is the one at or above it', () => {
  const found = (line: number) => rowAt(rows, line, same)?.line ?? null;
  expect([0, 1, 7, 8, 100].map(found)).toEqual([0, 1, 1, 8, 8]);
  expect(rowAt(rows.slice(1), 0, same)).toBeNull();
  expect(rowAt([], 3, same)).toBeNull();
});

test('rows within lines, also after lines moved', () => {
  const lines = (first: number, last: number, now = same) => rowsWithin(rows, first, last, now).map(({ line }) => line);
  expect(lines(0, 100)).toEqual([0, 1, 8]);
  expect(lines(1, 1)).toEqual([1]);
  expect(lines(2, 7)).toEqual([]);
  expect(lines(8, 8)).toEqual([8]);
  expect(lines(10, 11, (line) => (line > 4 ? line + 3 : line))).toEqual([8]);
});

test.each([
  ['prompt-yml', 'name: x\nmodel: y\nmessages:\n  - role: user\n', 2],
  ['prompt-yml', '# messages:\nmessages: []\n', 1],
  ['promptfoo', 'providers: []\nprompts:\n  - a\n', 1],
  ['promptfoo', '{\n  "prompts": ["a"]\n}', 1],
  ['prompty', '---\nname: x\n---\n\nsystem:\nHello\n---\nuser:', 4],
  ['prompty', '---\nname: x\n---', 0],
  ['prompt-yml', 'nothing: here', 0],
] as const)('where the prompt of %s begins', (format, text, line) => {
  const lines = text.split('\n');
  expect(promptLine(format, lines.length, (n) => lines[n]!)).toBe(line);
});

test('hand-written formats have one prompt, tables one a row', () => {
  expect((['prompt-yml', 'prompty', 'promptfoo', 'jsonl', 'csv', 'squad', null] as const).map(layoutOf)).toEqual([
    'one-prompt',
    'one-prompt',
    'one-prompt',
    'rows',
    'rows',
    'rows',
    'rows',
  ]);
});

describe('figures of a row stand', () => {
  const at = (format: PromptFormat, text: string, line: number, next?: number) => {
    const lines = text.split('\n');
    return figuresLine(format, line, next ?? lines.length, (i) => lines[i]!);
  };
  const yaml = `testData:
  - context: a long text about many things
    question: what?

    expected: it
  - context: another
    expected: something that is longer
evaluators: []`;

  test('beside the shortest line of a YAML row', () => {
    expect(at('prompt-yml', yaml, 1, 5)).toBe(4);
    expect(at('prompt-yml', yaml, 5)).toBe(5);
    expect(at('promptfoo', 'tests:\n  - vars:\n      q: what is it?', 1)).toBe(1);
  });

  test('beside the last line of a record of a table', () => {
    expect(at('csv', 'id,prompt\n1,"a\n\nb"\n2,c\n\n', 1, 4)).toBe(3);
    expect(at('csv', 'id,prompt\n1,"a\n\nb"\n2,c\n\n', 4)).toBe(4);
  });

  test('beside the line of any other row', () => {
    expect(at('jsonl', '{}\n  {}\n{}', 0)).toBe(0);
    expect(at('squad', '{\n  "data": []\n}', 0)).toBe(0);
  });
});

import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { RunRows } from '../../src/core/report/rows.ts';
import type { OutputDetail, SampleDetail } from '../../src/protocol/reader.ts';
import { sampleAsMarkdown, samplesAsCsv, samplesAsMarkdown } from '../../webview/compare/copy.ts';
import { differences } from '../../webview/compare/differences.ts';
import { orderedBy, passing } from '../../webview/compare/order.ts';
import { FIRST_STATE, fitting, isCompareState, NO_FILTERS, requested } from '../../webview/compare/state.ts';

const NaN_ = Number.NaN;

/** Four samples of two models: agreed, disputed, half failed, not there yet. */
const ROWS: RunRows = {
  samples: ['a|1', '=b', 'c', 'd'],
  models: ['x', 'y'],
  tasks: ['qa'],
  task: Int32Array.of(0, 0, -1, -1),
  tags: ['hard'],
  tagStart: Uint32Array.of(0, 1, 1, 2, 2),
  tagList: Uint32Array.of(0, 0),
  files: ['f.jsonl'],
  file: Int32Array.of(0, 0, 0, 0),
  line: Uint32Array.of(1, 2, 3, 4),
  state: Uint8Array.of(1, 1, 1, 1, 1, 2, 0, 0),
  quality: Float64Array.of(5, 5, 9, 1, 6, 0, NaN_, NaN_),
  truth: Float64Array.of(1, 2, 3, 4, NaN_, 0, NaN_, NaN_),
  latencyMs: Float64Array.of(10, 20, 30, 5, 50, NaN_, NaN_, NaN_),
  failedChecks: Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0),
};
const BOTH = ['x', 'y'];

describe('order and filters', () => {
  test('sort by what is asked, for all models or for one', () => {
    const sorted = (...args: [Parameters<typeof orderedBy>[1], string | null]) => [...orderedBy(ROWS, ...args, BOTH)];
    expect(sorted('file', null)).toEqual([0, 1, 2, 3]);
    expect(sorted('disagreement', null)).toEqual([1, 2, 0, 3]);
    expect(sorted('lowest', null)).toEqual([2, 1, 0, 3]);
    expect(sorted('lowest', 'x')).toEqual([0, 2, 1, 3]);
    expect(sorted('latency', null)).toEqual([2, 1, 0, 3]);
    expect(sorted('latency', 'y')).toEqual([0, 1, 2, 3]);
    expect(sorted('truth', null)).toEqual([2, 0, 1, 3]);
  });

  test('filters keep the order', () => {
    const order = orderedBy(ROWS, 'disagreement', null, BOTH);
    const found = (filters: Partial<typeof NO_FILTERS>) => [
      ...passing(ROWS, order, { ...NO_FILTERS, ...filters }, BOTH),
    ];
    expect(found({})).toEqual([1, 2, 0, 3]);
    expect(found({ maxQuality: 5 })).toEqual([1, 2, 0]);
    expect(found({ maxQuality: 5, model: 'x' })).toEqual([0]);
    expect(found({ minDisagreement: 6 })).toEqual([1, 2]);
    expect(found({ errors: true })).toEqual([2]);
    expect(found({ failedChecks: true })).toEqual([1]);
    expect(found({ tag: 'hard' })).toEqual([2, 0]);
    expect(found({ task: 'qa', text: ' A ' })).toEqual([0]);
  });
});

describe('the kept state', () => {
  test('is taken back as it was, and nothing else is', () => {
    expect(isCompareState(JSON.parse(JSON.stringify(FIRST_STATE)))).toBe(true);
    for (const other of [null, 'x', {}, { ...FIRST_STATE, sort: 'name' }, { ...FIRST_STATE, filters: { text: 1 } }])
      expect(isCompareState(other)).toBe(false);
  });

  test('drops what another run does not have', () => {
    const filters = { ...NO_FILTERS, task: 'sum', tag: 'hard', model: 'z', errors: true };
    const diff = { to: 'model', model: 'z' } as const;
    expect(fitting({ filters, diff }, ROWS)).toEqual({
      filters: { ...NO_FILTERS, tag: 'hard', errors: true },
      diff: FIRST_STATE.diff,
    });
  });

  test('becomes what another tab asks for', () => {
    const worst = requested({ model: 'y' }, { ...FIRST_STATE, models: ['x'] });
    expect(worst).toMatchObject({ sort: 'lowest', models: ['x', 'y'], filters: { model: 'y' } });
    expect(requested({ model: 'y', only: 'slowest' }, FIRST_STATE)).toMatchObject({ sort: 'latency', models: null });
    expect(requested({ model: 'y', only: 'errors' }, FIRST_STATE)).toMatchObject({ filters: { errors: true } });
    expect(requested({ sample: 'c' }, { ...FIRST_STATE, sort: 'truth' })).toEqual({
      selected: 'c',
      filters: NO_FILTERS,
    });
  });
});

describe('differences', () => {
  test('are those to the nearest reference', () => {
    const found = differences('the river Sorn', ['a market hall', 'the river Sorn.', 'river']);
    expect(found.reference).toBe(1);
    expect(differences('exactly this', ['exactly this']).parts).toEqual([{ kind: 'same', text: 'exactly this' }]);
  });

  test('between huge texts are not looked for', () => {
    const huge = (word: string) => `${word} `.repeat(9000);
    expect(differences(huge('a'), [huge('b')]).parts).toBeNull();
  });
});

const output = (model: string, over: Partial<OutputDetail> = {}): OutputDetail => ({
  model,
  repeat: 0,
  text: { text: 'answer', cut: null },
  error: null,
  quality: 5,
  truthF1: null,
  reward: null,
  latencyMs: 12,
  ttftMs: null,
  inputTokens: null,
  outputTokens: null,
  device: null,
  reused: false,
  finish: null,
  scores: [],
  checks: [],
  ...over,
});

describe('for the clipboard', () => {
  test('a table as CSV that a spreadsheet reads and does not run', () => {
    const [titles, ...lines] = parse(samplesAsCsv(ROWS, [1, 2, 3], [0, 1])) as string[][];
    const cell = (line: number, title: string) => lines[line]![titles!.indexOf(title)];
    expect(lines.map(([id]) => id)).toEqual(["'=b", 'c', 'd']);
    expect([cell(0, 'x quality'), cell(0, 'disagreement'), cell(0, 'x failed_checks')]).toEqual(['9', '8', '1']);
    expect([cell(1, 'y state'), cell(1, 'y latency_ms')]).toEqual(['failed', '']);
    expect([cell(2, 'x state'), cell(2, 'x quality'), cell(2, 'disagreement')]).toEqual(['absent', '', '']);
  });

  test('a table as Markdown whose cells stay cells', () => {
    const lines = samplesAsMarkdown(ROWS, [0, 2], [0, 1]).trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[2]).toContain('a\\|1');
    expect(lines[3]).toContain('failed');
  });

  test('a sample as Markdown whose texts stay inside their fences', () => {
    const sample: SampleDetail = {
      id: 's#1',
      task: 'qa',
      group: null,
      tags: [],
      messages: [{ role: 'user', text: 'Why?\n```\n# not a title', cut: null }],
      references: [{ text: 'because', cut: null }],
      unanswerable: false,
      source: { file: 'f.jsonl', line: 3 },
      outputs: [
        output('x', { text: { text: '````\n<script>', cut: 99 } }),
        output('y', { text: null, error: 'gone', quality: null }),
        output('z'),
      ],
    };
    const text = sampleAsMarkdown(sample, ['x', 'y']);
    expect(text).toContain('````text\nWhy?\n```\n# not a title\n````\n');
    expect(text).toContain('`````text\n````\n<script>\n`````\n');
    expect(text).toContain('of 99 characters');
    expect(text).toContain('Failed: gone');
    expect(text).not.toContain('### z');
  });
});

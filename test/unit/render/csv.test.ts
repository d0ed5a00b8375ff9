import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { csvLines, renderCsv } from '../../../src/core/report/render/csv.ts';
import { estimate, evaluator, model, summary } from './example.ts';

const read = (text: string): Record<string, string>[] => parse(text, { columns: true, record_delimiter: '\r\n' });

describe('CSV', () => {
  test('any cells: text that is no formula, numbers with every digit, unknown empty', () => {
    const text = csvLines([
      ['name', '=title'],
      ['+1', -1 / 3],
      ['"a", b', null],
      [true, Number.NaN],
    ]);
    expect(text).toBe(`name,'=title\r\n'+1,${-1 / 3}\r\n"""a"", b",\r\ntrue,\r\n`);
  });

  test('a row a model, every digit kept, unknown empty, lines ended by CRLF', () => {
    const text = renderCsv(
      summary({ models: [model('a', { reward: estimate(null), qualityPerMs: 1 / 3 }), model('b')] }),
    );
    const [a, b] = read(text);
    expect(a).toMatchObject({ rank: '1', model: 'a', quality_mean: '7.82', reward_mean: '', cost_money: '' });
    expect(Number(a!.quality_per_ms)).toBe(1 / 3);
    expect(b).toMatchObject({ rank: '2', model: 'b', reward_mean: '0.613', pareto: 'true', latency_ms_p95: '612.7' });
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('quotes, commas and line ends survive', () => {
    const id = 'a "quoted", name\nof two lines';
    expect(read(renderCsv(summary({ models: [model(id)] })))[0]!.model).toBe(id);
  });

  test.each(['=1+1', '+1', '-x', '@SUM(A1)', '\t=1', '\n=1', '  =1', '＝1', '=cmd|"/c calc"!A1'])(
    'the text %j is no formula',
    (id) => expect(read(renderCsv(summary({ models: [model(id)] })))[0]!.model).toBe(`'${id}`),
  );

  test.each([
    ['a\x1b[31mb', 'a\\u{1B}[31mb'],
    ['\rx', "'\\u{D}x"],
    ['\u200b=1+1', '\\u{200B}=1+1'],
  ])('control characters of %j show as escapes', (id, shown) =>
    expect(read(renderCsv(summary({ models: [model(id)] })))[0]!.model).toBe(shown),
  );

  test('negative numbers stay numbers', () => {
    const [row] = read(renderCsv(summary({ models: [model('a', { reward: estimate(-0.25, -0.3, -0.2) })] })));
    expect(row).toMatchObject({ reward_mean: '-0.25', reward_low: '-0.3', reward_high: '-0.2' });
  });

  test('a task in a heading is guarded and quoted too', () => {
    const truthPearson = { pooled: 0.5, byTask: { 'a,b': 0.25 }, withinModel: null };
    const [row] = read(renderCsv(summary({ evaluators: [evaluator('e', { truthPearson })] }), 'evaluators'));
    expect(row).toMatchObject({ evaluator: 'e', 'truth_pearson_task_a,b': '0.25', truth_pearson_within_model: '' });
  });

  test('pairs', () => {
    const rows = read(renderCsv(summary(), 'pairs'));
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatchObject({ a: 'small', b: 'large', verdict: 'undecided', samples_to_decide: '238' });
  });

  test('a model without a success has no rank; a run without models gives nothing', () => {
    expect(read(renderCsv(summary({ models: [model('a', { errors: 64 })] })))[0]!.rank).toBe('');
    expect(renderCsv(summary({ models: [] }))).toBe('');
  });
});

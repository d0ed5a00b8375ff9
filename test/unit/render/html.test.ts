import { createHash } from 'node:crypto';
import { type DefaultTreeAdapterMap, type ParserError, parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../../src/core/report/render/html.ts';
import type { ReportInput, ReportSample } from '../../../src/core/report/render/input.ts';
import { estimate, evaluator, model, reportInput, sample, summary } from './example.ts';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('base64');

/** The page as a browser would read it; a fault in its markup fails the test. */
function page(input: ReportInput) {
  const html = renderHtml(input, sha256);
  const faults: ParserError[] = [];
  const document = parse(html, { onParseError: (error) => faults.push(error) });
  expect(faults).toEqual([]);
  const elements: Element[] = [];
  const walk = (node: Node) => {
    if ('attrs' in node) elements.push(node);
    if ('childNodes' in node) node.childNodes.forEach(walk);
  };
  walk(document);
  const all = (tag: string, className?: string) =>
    elements.filter((e) => e.tagName === tag && (className === undefined || attribute(e, 'class') === className));
  return { html, elements, all };
}

const attribute = (e: Element, name: string) => e.attrs.find((a) => a.name === name)?.value;
const text = (node: Node): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(text).join('') : '';

/** What every report must keep, whatever it holds. */
function expectSafe({ html, elements, all }: ReturnType<typeof page>) {
  const allowed = new Set(
    (
      'html head meta title style body header main footer section h1 h2 h3 p b span bdi time ul li div table caption thead ' +
      'tbody tr th td figure figcaption details summary pre svg g desc path line text rect circle'
    ).split(' '),
  );
  expect(elements.map((e) => e.tagName).filter((tag) => !allowed.has(tag))).toEqual([]);
  for (const { attrs } of elements)
    for (const { name } of attrs) expect(name).not.toMatch(/^on|^style$|^src|href|^action$|^formaction$|^background$/);
  expect(all('style')).toHaveLength(1);
  const css = text(all('style')[0]!);
  expect(css).not.toMatch(/url\(|@import|https?:/);
  const policy = all('meta').find((m) => attribute(m, 'http-equiv') === 'Content-Security-Policy');
  expect(attribute(policy!, 'content')).toBe(
    `default-src 'none'; style-src 'sha256-${sha256(css)}'; base-uri 'none'; form-action 'none'`,
  );
  const ids = elements.map((e) => attribute(e, 'id')).filter((id) => id !== undefined);
  expect(new Set(ids).size).toBe(ids.length);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(html).not.toMatch(/[\x00-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]/);
}

describe('the HTML report', () => {
  test('is one file, with a policy that admits its own style alone', () => {
    const made = page(reportInput());
    expectSafe(made);
    expect(made.html.startsWith('<!doctype html>')).toBe(true);
    expect(made.html).not.toMatch(/https?:/);
  });

  test('shows every part of the run', () => {
    const { all } = page(reportInput());
    expect(all('h2').map(text)).toEqual([
      'Leaderboard',
      'Gates',
      'Evaluators',
      'Against the references',
      'By task',
      'Largest disagreements',
      'How it was measured',
    ]);
    const charts = all('svg', 'poq-chart').map((svg) => text(svg.childNodes[0]!));
    expect(charts).toEqual([
      'Who wins at which cost weight',
      'Quality against mean latency; dashed: the Pareto front',
      'Latency of every generation',
      'Reward of the models',
      'Quality (filled, with interval) and truth F1 (ring)',
      'Reward of the evaluators',
    ]);
    const cells = all('td').map(text);
    for (const cell of ['0.61 0.57–0.65', '7.82 ±0.31', '1.32 s', '0.0181', 'reference 180, prompt 12'])
      expect(cells).toContain(cell);
    expect(all('time').map((e) => [attribute(e, 'datetime'), text(e)])).toEqual([
      ['2026-11-22T20:31:00.000Z', '2026-11-22 20:31 UTC'],
    ]);
  });

  test('tables have captions and headers for their columns and rows', () => {
    const { all } = page(reportInput());
    for (const table of all('table')) expect(table.childNodes[0]!.nodeName).toBe('caption');
    const scopes = all('th').map((th) => attribute(th, 'scope'));
    expect(new Set(scopes)).toEqual(new Set(['col', 'row']));
    for (const region of all('div', 'scroll')) expect(attribute(region, 'aria-label')).toBeTruthy();
  });

  test('a model has one colour and one shape everywhere, in the order of the config', () => {
    const { all } = page(reportInput());
    const rows = all('tr').filter((tr) => text(tr).includes('medium'));
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const row of rows) {
      const th = row.childNodes.find((n) => n.nodeName === 'th') as Element;
      const mark = (th.childNodes[0] as Element).childNodes[0] as Element;
      expect(attribute(mark, 'class')).toBe('mark poq-c1');
    }
  });

  test('whatever ids and outputs hold is text', () => {
    const nasty = `</pre></style></title><script>alert(1)</script><img src=x onerror=alert(1)> "'& \x1b[31m\0\u202E --> ]]> {{x}} $& $1 STYLE`;
    const bad: ReportSample = {
      why: 'worst',
      id: nasty,
      task: nasty,
      source: nasty,
      prompt: nasty,
      references: [nasty],
      outputs: [
        {
          model: nasty,
          text: nasty,
          quality: null,
          truthF1: null,
          latencyMs: null,
          scores: [{ evaluator: nasty, quality: 1 }],
          checks: [{ label: nasty, pass: false }],
        },
        { model: 'medium', error: nasty, quality: 0, truthF1: null, latencyMs: 5 },
      ],
    };
    const byTask = {
      [nasty]: { samples: 1, quality: estimate(1), f1: 1 },
      b: { samples: 1, quality: estimate(1), f1: 1 },
    };
    const made = page(
      reportInput({
        summary: summary({
          run: nasty,
          models: [model(nasty, { byTask, rewardNote: nasty, devices: [nasty] }), model('medium')],
          evaluators: [
            evaluator(nasty, {
              kind: nasty,
              truthPearson: { pooled: 1, byTask: { [nasty]: 1, b: 1 }, withinModel: 1 },
            }),
          ],
          warnings: [nasty],
        }),
        meta: {
          title: nasty,
          id: nasty,
          startedAt: nasty,
          machine: nasty,
          versions: { [nasty]: nasty },
          configText: nasty,
        },
        winners: [{ from: 0, to: null, model: nasty }],
        latencies: [{ model: nasty, values: [1, 2, 3] }],
        samples: [bad],
      }),
    );
    expectSafe(made);
    const shown = nasty.replace('\x1b', '\\u{1B}').replace('\0', '\\u{0}').replace('\u202E', '\\u{202E}');
    expect(made.all('pre').filter((pre) => text(pre) === shown).length).toBeGreaterThanOrEqual(4);
  });

  test('huge texts are clipped and say so; empty ones are said to be empty', () => {
    const outputs = [
      { model: 'large', text: '<'.repeat(3_000_000), quality: 1, truthF1: 0, latencyMs: 1 },
      { model: 'small', text: '', quality: 0, truthF1: 0, latencyMs: 1 },
    ];
    const made = page(reportInput({ samples: [{ ...sample, outputs }] }));
    expectSafe(made);
    expect(made.html.length).toBeLessThan(120_000);
    const notes = made.all('p', 'dim').map(text);
    expect(notes).toContain('The first 4,000 of 3,000,000 characters.');
    expect(notes).toContain('(empty)');
  });

  test('failures, passes and scores of a sample', () => {
    const { all } = page(reportInput({ samples: [sample, { ...sample, why: 'failure' }] }));
    expect(all('h2').map(text)).toContain('Failures');
    const outputs = all('div', 'outputs').map(text);
    expect(outputs[1]).toContain(
      'medium · 10.00the river Sorn410 ms · F1 10.00 · rouge 10.00 · sts 9.90check passed: contains "Sorn"',
    );
    expect(outputs[1]).toContain('smallfailedthe endpoint hung up92 ms');
  });

  test('a run of one model without reward, truth or evaluators', () => {
    const nothing = { f1: null, exact: null };
    const only = model('only', {
      reward: estimate(null),
      rewardNote: 'there is no pool',
      truth: nothing,
      metrics: { rougeL: null, chrf: null },
      byTask: {},
    });
    const over = { models: [only], pairs: [], evaluators: [], gates: [], warnings: [] };
    const made = page(reportInput({ summary: summary(over), winners: [], latencies: [], samples: [] }));
    expectSafe(made);
    expect(made.all('li').map(text)).toEqual(['only: there is no pool']);
    expect(made.all('h2').map(text)).toEqual(['Leaderboard', 'Evaluators', 'How it was measured']);
    expect(made.all('caption').map(text)[0]).toContain('Ranked by quality');
  });

  test('a run in which nothing succeeded, and one with nothing in it', () => {
    const none = { mean: null, p50: null, p95: null, count: 0 };
    const dead = model('dead', {
      errors: 64,
      quality: estimate(null),
      reward: estimate(null),
      rewardNote: 'no generation succeeded',
      truth: { f1: null, exact: null },
      latencyMs: none,
      ttftMs: none,
      qualityPerMs: null,
      normalizedCost: null,
      pareto: false,
    });
    const over = { models: [dead], pairs: [], evaluators: [], gates: [], warnings: [], state: 'failed' as const };
    const made = page(
      reportInput({ summary: summary(over), winners: [], latencies: [{ model: 'dead', values: [] }], samples: [] }),
    );
    expectSafe(made);
    expect(made.all('td').map(text)).not.toContain('0.00');
    expect(text(made.all('header')[0]!)).toContain('could not finish');
    expectSafe(
      page(reportInput({ summary: summary({ ...over, models: [] }), winners: [], latencies: [], samples: [] })),
    );
  });
});

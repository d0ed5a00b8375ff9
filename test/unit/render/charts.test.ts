import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { intervalChart } from '../../../src/core/report/render/charts/intervals.ts';
import { latencyChart } from '../../../src/core/report/render/charts/latency.ts';
import { marksFor } from '../../../src/core/report/render/charts/marks.ts';
import { scatterChart } from '../../../src/core/report/render/charts/scatter.ts';
import { winnersStrip } from '../../../src/core/report/render/charts/strip.ts';
import type { Markup } from '../../../src/core/report/render/markup.ts';
import { CHART_CSS, DARK, LIGHT } from '../../../src/core/report/render/style.ts';
import { estimate } from './example.ts';

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

/** The elements of an SVG, read by a strict XML parser, which throws at the first fault. */
function read(svg: Markup): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes } as Record<string, string>, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(svg.text).close();
  for (const { attributes } of elements) {
    expect(Object.keys(attributes).filter((name) => /^on|^style$|href/i.test(name))).toEqual([]);
    for (const name of ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'width', 'height'])
      if (attributes[name] !== undefined) expect(Number.isFinite(Number(attributes[name]))).toBe(true);
    expect(attributes.d ?? '').not.toMatch(/NaN|Infinity/);
    expect(attributes.width?.startsWith('-') ?? false).toBe(false);
  }
  expect(elements[0]).toMatchObject({ name: 'svg', attributes: { role: 'img' } });
  expect(elements.slice(1, 3).map((e) => e.name)).toEqual(['title', 'desc']);
  return elements;
}

const texts = (elements: Element[]) => elements.filter((e) => e.name === 'text').map((e) => e.text);
const number = (e: Element | undefined, name: string) => Number(e!.attributes[name]);
const withClass = (elements: Element[], name: string) =>
  elements.filter((e) => (e.attributes.class ?? '').split(' ').includes(name));
const NASTY = `<b>"&'</b>\x1b\u202E`;
const marks = marksFor(['a', 'b', NASTY]);

describe('quality against cost', () => {
  const chart = (points: Parameters<typeof scatterChart>[0]['points']) =>
    read(scatterChart({ id: 's', title: 'Quality', points, costTitle: 'Mean latency', costUnit: 'duration', marks }));
  const point = (id: string, cost: number, mean: number, pareto = true) => ({
    id,
    cost,
    quality: estimate(mean, mean - 0.3, mean + 0.3),
    pareto,
  });

  test('better is higher, dearer is further right, the front joins its models only', () => {
    const elements = chart([point('a', 100, 3), point('b', 400, 8), point(NASTY, 500, 4, false)]);
    const [a, b, c] = withClass(elements, 'range');
    expect(number(a, 'x1')).toBeLessThan(number(b, 'x1'));
    expect(number(b, 'x1')).toBeLessThan(number(c, 'x1'));
    expect(number(b, 'y1')).toBeLessThan(number(c, 'y1'));
    // The upper end of an interval is drawn above its lower end.
    expect(number(a, 'y1')).toBeLessThan(number(a, 'y2'));
    expect(withClass(elements, 'front')[0]!.attributes.d!.match(/[ML]/g)).toEqual(['M', 'L']);
    expect(elements[2]!.text).toContain('a: quality 3.00 ±0.30, Mean latency 100 ms, on the Pareto front');
  });

  test('a logarithmic axis beyond a factor of ten, and it says so', () => {
    expect(texts(chart([point('a', 10, 3), point('b', 101, 8)]))).toContain('Mean latency, logarithmic');
    expect(texts(chart([point('a', 10, 3), point('b', 99, 8)]))).toContain('Mean latency');
  });

  test('labels do not lie on one another', () => {
    const many = Array.from({ length: 12 }, (_, i) => point(`model-number-${i}`, 300 + i * 12, 7 + i / 20));
    const names = withClass(chart(many), 'name').map((e) => ({
      x: number(e, 'x'),
      y: number(e, 'y'),
      n: e.text.length,
    }));
    expect(names.length).toBeGreaterThan(6);
    for (const [i, p] of names.entries())
      for (const q of names.slice(i + 1))
        expect(Math.abs(p.y - q.y) >= 12 || p.x + p.n * 6 <= q.x || q.x + q.n * 6 <= p.x).toBe(true);
  });

  test('nothing, one point, unknown quality, no cost at all', () => {
    expect(texts(chart([]))).toContain('No model has both a quality and a cost.');
    expect(withClass(chart([point('a', 100, 10)]), 'front')).toEqual([]);
    expect(withClass(chart([{ ...point('a', 100, 1), quality: estimate(null) }]), 'range')).toEqual([]);
    expect(withClass(chart([point('a', 0, 5), point('b', 0, 6)]), 'range')).toHaveLength(2);
  });
});

describe('intervals', () => {
  test('means, bounds, notes and rings at their places', () => {
    const elements = read(
      intervalChart({
        id: 'i',
        title: 'Quality',
        axisTitle: 'From 0 to 10',
        otherTitle: 'truth F1',
        domain: [0, 10],
        marks,
        rows: [
          { id: 'a', estimate: estimate(5, 4, 6), other: 2 },
          { id: NASTY, estimate: estimate(null), note: 'no generation succeeded' },
        ],
      }),
    );
    const [range] = withClass(elements, 'range');
    const ring = number(withClass(elements, 'ring')[0], 'cx');
    const unit = (number(range, 'x2') - number(range, 'x1')) / 2;
    expect(number(range, 'x1') - ring).toBeCloseTo(2 * unit, 1);
    expect(texts(elements)).toEqual(expect.arrayContaining(['5.00 (4.00–6.00)', 'no generation succeeded']));
    expect(elements[2]!.text).toBe('a: 5.00 (4.00–6.00), truth F1 2.00; <b>"&\'</b>\\u{1B}\\u{202E}: –');
  });

  test('no estimate at all, and all of them equal', () => {
    const chart = (means: (number | null)[]) =>
      read(
        intervalChart({
          id: 'i',
          title: 't',
          axisTitle: 'Reward',
          marks,
          rows: means.map((m, i) => ({ id: `${i}`, estimate: estimate(m) })),
        }),
      );
    expect(texts(chart([null, null]))).toContain('unknown');
    expect(texts(chart([0.5, 0.5])).filter((t) => t === '0.50').length).toBeGreaterThanOrEqual(2);
  });
});

describe('latencies', () => {
  const row = (model: string, values: number[]) => ({
    model,
    values,
    p50: values[0] ?? null,
    p95: values[0] ?? null,
    count: values.length,
  });
  const chart = (...rows: ReturnType<typeof row>[]) => read(latencyChart({ id: 'l', title: 'Latency', rows, marks }));

  test('many values as a density, few one by one, none said', () => {
    const elements = chart(
      row(
        'a',
        Array.from({ length: 30 }, (_, i) => 100 + i),
      ),
      row('b', [90, 120]),
      row(NASTY, []),
    );
    expect(withClass(elements, 'density')).toHaveLength(1);
    expect(withClass(elements, 'stroke')).toHaveLength(2);
    expect(texts(elements)).toContain('no fresh latency');
    expect(texts(elements)).toContain('p50 90 ms · p95 90 ms');
  });

  test('equal values, and values that no latency can be, draw nothing broken', () => {
    expect(withClass(chart(row('a', Array(20).fill(5))), 'density')).toHaveLength(1);
    chart(row('a', [0, -1, Number.NaN, Number.POSITIVE_INFINITY]));
    chart();
  });
});

describe('who wins at which beta', () => {
  const chart = (winners: Parameters<typeof winnersStrip>[0]['winners'], beta = 0.5) =>
    read(winnersStrip({ id: 'w', title: 'Winners', winners, beta, description: 'd', marks }));

  test('the bars follow one another without a gap to the end, and the flips are labelled', () => {
    const elements = chart([
      { from: 0, to: 0.12, model: 'a' },
      { from: 0.12, to: 1.29, model: 'b' },
      { from: 1.29, to: null, model: NASTY },
    ]);
    const bars = withClass(elements, 'bar');
    bars.slice(1).forEach((bar, i) => {
      expect(number(bar, 'x')).toBeCloseTo(number(bars[i], 'x') + number(bars[i], 'width'), 1);
    });
    expect(bars.map((b) => b.attributes.class)).toEqual(['bar poq-c0', 'bar poq-c1', 'bar poq-c2']);
    expect(texts(elements)).toEqual(expect.arrayContaining(['0', '0.12', '1.29', 'β 0.5']));
  });

  test('beta of 0, beyond every flip, and flips close together', () => {
    chart([{ from: 0, to: Number.POSITIVE_INFINITY, model: 'a' }], 0);
    const far = chart(
      [
        { from: 0, to: 0.001, model: 'a' },
        { from: 0.001, to: null, model: 'b' },
      ],
      40,
    );
    expect(number(withClass(far, 'now')[0], 'x1')).toBeLessThan(840);
    expect(texts(far).filter((t) => t === '0.001')).toEqual([]);
  });
});

describe('colours', () => {
  const channel = (hex: string, at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (hex: string) => 0.2126 * channel(hex, 1) + 0.7152 * channel(hex, 3) + 0.0722 * channel(hex, 5);
  /** WCAG 2's contrast ratio. */
  const contrast = (a: string, b: string) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
    return (high + 0.05) / (low + 0.05);
  };

  test.each([
    ['dark', DARK],
    ['light', LIGHT],
  ])('%s: texts at 4.5 to 1, marks and the names on bars too', (_, palette) => {
    const { bg, row, fg, dim, ok, bad, models } = palette;
    for (const text of [fg, dim, ok, bad])
      for (const ground of [bg, row]) expect(contrast(text, ground)).toBeGreaterThan(4.5);
    for (const colour of models) expect(contrast(colour, bg)).toBeGreaterThan(4.5);
    expect(models).toHaveLength(8);
  });

  test('56 models look different; whoever is unknown is neutral', () => {
    const ids = Array.from({ length: 56 }, (_, i) => `m${i}`);
    const of = marksFor(ids);
    expect(new Set(ids.map((id) => `${of(id).colour} ${of(id).shape.draw}`)).size).toBe(56);
    expect(of('unknown').colour).toBe('poq-cx');
    for (const id of ids) expect(CHART_CSS).toContain(`.${of(id).colour}{`);
  });
});

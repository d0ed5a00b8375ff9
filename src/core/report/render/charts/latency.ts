import { deviation, max, quantileSorted } from 'd3-array';
import { area, line } from 'd3-shape';
import { count, duration } from '../format.ts';
import { type Markup, markup } from '../markup.ts';
import { bottomAxis, fitText, magnitudeAxis, svg, USUAL_WIDTH } from './frame.ts';
import { type MarkOf, markAt, roundPath } from './marks.ts';

interface LatencyRow {
  model: string;
  values: ArrayLike<number>;
  /** Over all values, of which `values` may be a part; null where there is none. */
  p50: number | null;
  p95: number | null;
  count: number;
}

export interface LatencyInput {
  id: string;
  title: string;
  /** Milliseconds. */
  rows: LatencyRow[];
  marks: MarkOf;
  /** Pixels; 320 at least. */
  width?: number;
}

const ROW = 58;
const TOP = 4;
const NAME = 174;
/** Below this many values a density would suggest more than is known: they are drawn one by one. */
const DENSITY_FROM = 8;
/** Bandwidths around a place in which values count for its density. */
const REACH = 4;
const STEPS = 120;

/**
 * The distribution of latencies, a row a model: a Gaussian kernel density (Silverman's bandwidth, over the axis'
 * own scale, each row to its own height) with marks at p50 and p95; few values as strokes. Each row is a `g.item` with
 * its `data-index`.
 */
export function latencyChart({ id, title, rows, marks, width = USUAL_WIDTH }: LatencyInput): Markup {
  const right = width - 12;
  const all = rows.map((row) => ({
    ...row,
    values: Array.from(row.values)
      .filter((v) => Number.isFinite(v) && v > 0)
      .sort((a, b) => a - b),
  }));
  const x = magnitudeAxis(
    all.flatMap((r) => [...r.values, r.p50 ?? 0, r.p95 ?? 0]),
    'duration',
    [NAME, right],
    1.6,
  );
  const bottom = TOP + all.length * ROW;
  const description = all
    .map((r) =>
      r.p50 === null
        ? `${r.model}: no fresh latency`
        : `${r.model}: p50 ${duration(r.p50)}, p95 ${duration(r.p95)}, ${count(r.count)} generations`,
    )
    .join('; ');
  return svg({ id, title, description, width, height: bottom + 36 }, [
    bottomAxis(x, TOP, bottom, x.log ? 'Latency, logarithmic' : 'Latency', right),
    ...all.map(({ model, values, p50, p95 }, i) => {
      const base = TOP + (i + 1) * ROW - 8;
      const mark = marks(model);
      const figures = p50 === null ? 'no fresh latency' : `p50 ${duration(p50)} · p95 ${duration(p95)}`;
      return markup`<g class="item" data-index="${i}"><line class="base" x1="${NAME}" x2="${right}" y1="${base}" y2="${base}"/>${markAt(mark, 8, base - 22, 50)}<text class="name" x="20" y="${base - 18}">${fitText(model, NAME - 26)}</text><text x="2" y="${base - 3}">${fitText(figures, NAME - 4)}</text>${shape(values.map(x), base, right, mark.colour)}${[
        p50,
        p95,
      ].map(
        (p, which) =>
          p !== null &&
          markup`<line class="${which === 0 ? 'median' : 'tail'} ${mark.colour}" x1="${x(p)}" x2="${x(p)}" y1="${base - (which === 0 ? 16 : 9)}" y2="${base + 4}"/>`,
      )}</g>`;
    }),
  ]);
}

/** The density of ascending positions in pixels, as an area over `base` that ends at `right`. */
function shape(at: number[], base: number, right: number, colour: string): Markup {
  if (at.length < DENSITY_FROM)
    return markup`${at.map((x) => markup`<line class="stroke ${colour}" x1="${x}" x2="${x}" y1="${base - 14}" y2="${base}"/>`)}`;
  const spread = deviation(at) ?? 0;
  const quartiles = quantileSorted(at, 0.75)! - quantileSorted(at, 0.25)!;
  const narrow = Math.min(spread, quartiles > 0 ? quartiles / 1.34 : spread);
  const bandwidth = Math.max(1.5, 0.9 * narrow * at.length ** -0.2);
  const [from, to] = [Math.max(NAME, at[0]! - 3 * bandwidth), Math.min(right, at.at(-1)! + 3 * bandwidth)];
  // Values further away than this add less than a pixel can show.
  const reach = REACH * bandwidth;
  let first = 0;
  const points = Array.from({ length: STEPS + 1 }, (_, i): [number, number] => {
    const x = from + ((to - from) * i) / STEPS;
    while (first < at.length && at[first]! < x - reach) first++;
    let density = 0;
    for (let j = first; j < at.length && at[j]! <= x + reach; j++)
      density += Math.exp(-0.5 * ((x - at[j]!) / bandwidth) ** 2);
    return [x, density];
  });
  const highest = max(points, (p) => p[1]) ?? 1;
  const heights = points.map(([x, d]): [number, number] => [x, base - (d / highest) * (ROW - 18)]);
  const fill =
    area<[number, number]>(
      (p) => p[0],
      base,
      (p) => p[1],
    )(heights) ?? '';
  const stroke =
    line<[number, number]>(
      (p) => p[0],
      (p) => p[1],
    )(heights) ?? '';
  return markup`<path class="density ${colour}" d="${roundPath(fill)}"/><path class="outline ${colour}" d="${roundPath(stroke)}"/>`;
}

import type { Estimate } from '../../summary.ts';
import { decimalsFor, interval } from '../format.ts';
import { type Markup, markup } from '../markup.ts';
import { bottomAxis, fitText, linearAxis, svg, textWidth, USUAL_WIDTH } from './frame.ts';
import { type MarkOf, markAt } from './marks.ts';

interface IntervalRow {
  id: string;
  estimate: Estimate;
  /** A second figure on the same scale, drawn as a hollow ring. */
  other?: number | null;
  /** Shown where there is no estimate. */
  note?: string;
}

export interface IntervalInput {
  id: string;
  title: string;
  rows: IntervalRow[];
  /** Under the axis, such as `Reward` or `Quality (filled) and truth F1 (ring)`. */
  axisTitle: string;
  /** What `other` is, for the description. */
  otherTitle?: string;
  /** The whole scale where it is fixed; else from the figures. */
  domain?: [number, number];
  marks: MarkOf;
  /** Pixels; 320 at least. */
  width?: number;
}

const ROW = 26;
const TOP = 6;

/** Means with 95 % intervals, one row each (`g.item` with its `data-index`), the figures at the right. */
export function intervalChart(input: IntervalInput): Markup {
  const { id, title, rows, axisTitle, otherTitle, domain, marks, width = USUAL_WIDTH } = input;
  const nameWidth = Math.min(150, Math.max(40, ...rows.map((r) => textWidth(r.id) + 22)));
  const decimals = decimalsFor(rows.map((r) => r.estimate));
  const figures = rows.map((r) => interval(r.estimate, decimals));
  const figureWidth = Math.max(50, ...figures.map(textWidth));
  const [left, right] = [nameWidth + 12, width - figureWidth - 14];
  const bottom = TOP + rows.length * ROW;
  const x = linearAxis(domain ?? spread(rows), 'number', [left, right]);
  const zero = x(0);
  const description = rows
    .map((r, i) => `${r.id}: ${figures[i]}${r.other == null ? '' : `, ${otherTitle} ${r.other.toFixed(2)}`}`)
    .join('; ');
  return svg({ id, title, description, width, height: bottom + 36 }, [
    bottomAxis(x, TOP, bottom, axisTitle, right),
    markup`${!domain && zero > left && zero < right && markup`<line class="zero" x1="${zero}" x2="${zero}" y1="${TOP}" y2="${bottom}"/>`}`,
    ...rows.map((row, i) => {
      const y = TOP + (i + 0.5) * ROW;
      const mark = marks(row.id);
      const { mean, low, high } = row.estimate;
      const name = markup`${markAt(mark, 8, y, 50)}<text class="name" x="20" y="${y + 4}">${fitText(row.id, nameWidth - 20)}</text>`;
      const ring =
        row.other == null ? '' : markup`<circle class="ring ${mark.colour}" cx="${x(row.other)}" cy="${y}" r="5"/>`;
      if (mean === null)
        return markup`<g class="item" data-index="${i}">${name}${ring}<text x="${left}" y="${y + 4}">${fitText(row.note ?? 'unknown', width - left - 8)}</text></g>`;
      const range =
        low !== null &&
        high !== null &&
        markup`<line class="range ${mark.colour}" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>`;
      return markup`<g class="item" data-index="${i}">${name}${range}${ring}${markAt(mark, x(mean), y)}<text class="figure" x="${width - 4}" y="${y + 4}" text-anchor="end">${figures[i]}</text></g>`;
    }),
  ]);
}

function spread(rows: IntervalRow[]): [number, number] {
  const values = rows
    .flatMap((r) => [r.estimate.low, r.estimate.mean, r.estimate.high, r.other])
    .filter((v) => v !== null && v !== undefined);
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = Math.max((high - low) * 0.06, 0.02);
  return [low - pad, high + pad];
}

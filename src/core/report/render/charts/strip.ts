import { scaleLinear } from 'd3-scale';
import type { WinnerInterval } from '../../winners.ts';
import { plain } from '../format.ts';
import { type Markup, markup } from '../markup.ts';
import { fitText, svg, textWidth } from './frame.ts';
import type { MarkOf } from './marks.ts';

export interface StripInput {
  id: string;
  title: string;
  /** From 0 upwards without gaps. */
  winners: WinnerInterval[];
  /** The configured beta, marked on the strip. */
  beta: number;
  /** The chart in words. */
  description: string;
  marks: MarkOf;
}

const WIDTH = 840;
const [TOP, BAR] = [18, 16];

/** Who wins at which beta: one bar, cut where the winner changes, the names inside where they fit. */
export function winnersStrip({ id, title, winners, beta, description, marks }: StripInput): Markup {
  const flips = winners.slice(1).map((w) => w.from);
  const end = niceEnd(Math.max(1, beta * 1.6, (flips.at(-1) ?? 0) * 1.35));
  const x = scaleLinear()
    .domain([0, end])
    .range([4, WIDTH - 4]);
  const bars = winners.map((w) => {
    const [from, to] = [x(Math.min(w.from, end)), x(Math.min(w.to ?? end, end))];
    const width = Math.max(0, to - from);
    const name = width > 40 ? fitText(w.model, width - 12) : '';
    return markup`<rect class="bar ${marks(w.model).colour}" x="${from}" y="${TOP}" width="${width}" height="${BAR}"/>${name !== '' && markup`<text class="on-bar" x="${from + 6}" y="${TOP + 12}">${name}</text>`}`;
  });
  const cuts = flips.map((b) => markup`<line class="cut" x1="${x(b)}" x2="${x(b)}" y1="${TOP}" y2="${TOP + BAR}"/>`);
  const now = x(beta);
  const label = `β ${plain(beta)}`;
  const labelAt = Math.min(Math.max(now, textWidth(label) / 2 + 2), WIDTH - textWidth(label) / 2 - 2);
  return svg({ id, title, description, width: WIDTH, height: TOP + BAR + 18 }, [
    ...bars,
    ...cuts,
    markup`<line class="now" x1="${now}" x2="${now}" y1="${TOP - 4}" y2="${TOP + BAR + 4}"/><text class="name" x="${labelAt}" y="11" text-anchor="middle">${label}</text>`,
    scaleLabels(flips, end, x),
  ]);
}

/** Numbers under the bar: both ends and every flip that has room. */
function scaleLabels(flips: number[], end: number, x: (beta: number) => number): Markup {
  const placed: { left: number; right: number }[] = [];
  const label = (value: number, anchor: 'start' | 'middle' | 'end') => {
    const text = plain(value);
    const width = textWidth(text) + 8;
    const left = anchor === 'start' ? x(value) : anchor === 'end' ? x(value) - width : x(value) - width / 2;
    if (placed.some((p) => left < p.right && p.left < left + width)) return null;
    placed.push({ left, right: left + width });
    return markup`<text x="${x(value)}" y="${TOP + BAR + 14}" text-anchor="${anchor}">${text}</text>`;
  };
  return markup`${[label(0, 'start'), label(end, 'end'), ...flips.map((b) => label(b, 'middle'))]}`;
}

/** The next of 1, 1.5, 2, 3, 5, 7 times a power of ten. */
function niceEnd(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 5, 7, 10].find((s) => s * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

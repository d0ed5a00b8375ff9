import { scaleLinear, scaleLog } from 'd3-scale';
import { digits3, duration, fixed } from '../format.ts';
import { type Markup, markup } from '../markup.ts';
import { ellipsis, oneLine } from '../visible.ts';

/** What every chart shares: the SVG around it, axes, text that fits. Sizes are pixels of the view box. */

/** Where nothing else is asked for. */
export const USUAL_WIDTH = 560;

export interface Frame {
  /** Unique in the page. */
  id: string;
  title: string;
  /** The chart in a sentence or two, for those who don't see it. */
  description: string;
  width: number;
  height: number;
}

export function svg(frame: Frame, body: Markup | Markup[]): Markup {
  const { id, width, height } = frame;
  return markup`<svg class="poq-chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${frame.title}</title><desc id="${id}-d">${frame.description}</desc>${body}</svg>`;
}

/** Width of a character at 11 px in a wide system font. */
const CHARACTER = 6.7;

/** About how wide a text is at the charts' 11 px. */
export function textWidth(text: string): number {
  let width = 0;
  for (const c of text) width += c.codePointAt(0)! > 0x2e80 ? 11 : CHARACTER;
  return width;
}

/** A label that takes at most `width` pixels. */
export function fitText(text: string, width: number): string {
  const line = oneLine(text);
  return textWidth(line) <= width ? line : ellipsis(line, Math.max(2, Math.floor(width / CHARACTER)));
}

export type Unit = 'duration' | 'number';

/** A figure beside a chart's mark. */
export function figure(value: number, unit: Unit): string {
  return unit === 'duration' ? duration(value) : digits3(value);
}

export interface Axis {
  (value: number): number;
  log: boolean;
  ticks: { at: number; label: string }[];
}

/** Decimals that tell neighbouring ticks apart. */
function tickLabel(value: number, unit: Unit, step: number): string {
  if (unit !== 'duration') return fixed(value, Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9))));
  if (value === 0) return '0';
  if (value < 1) return `${Number((value * 1000).toPrecision(3))} µs`;
  return value < 1000 ? `${Number(value.toPrecision(3))} ms` : `${Number((value / 1000).toPrecision(3))} s`;
}

/** Pixels along an axis that a tick's label wants. */
const TICK_ROOM: Record<Unit, number> = { duration: 60, number: 36 };

/**
 * An axis for positive magnitudes such as latencies: logarithmic where the largest is more than ten times the
 * smallest, else linear from 0, or from near the smallest where `close` allows it (points, never areas or bars).
 * `margin` is the room beyond the extremes, as a factor.
 */
export function magnitudeAxis(
  values: number[],
  unit: Unit,
  range: [number, number],
  margin: number,
  close = false,
): Axis {
  const positive = values.filter((v) => Number.isFinite(v) && v > 0);
  const low = positive.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = positive.reduce((a, b) => Math.max(a, b), 0);
  if (positive.length > 0 && high / low > 10) {
    const scale = scaleLog()
      .domain([low / margin, high * margin])
      .range(range)
      .clamp(true);
    const ticks = logTicks(low / margin, high * margin, Math.abs(range[1] - range[0]));
    return axis(scale, true, ticks, unit);
  }
  if (close && positive.length > 1 && values.every((v) => v > 0) && high < 3 * low) {
    const pad = Math.max((high - low) * 0.2, high * 0.05);
    return linearAxis([Math.max(0, low - pad), high + pad], unit, range);
  }
  return linearAxis([0, high === 0 ? 1 : high * Math.sqrt(margin)], unit, range);
}

/** Powers of ten, with 2 and 5 between them, or 3, where there is room. */
function logTicks(low: number, high: number, length: number): number[] {
  const room = Math.max(2, Math.floor(length / TICK_ROOM.duration));
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const step of steps) {
        const tick = Number(`${step}e${power}`);
        if (tick >= low && tick <= high) ticks.push(tick);
      }
    if (ticks.length <= room) return ticks;
    if (steps.length === 1) return ticks.filter((_, i) => i % Math.ceil(ticks.length / room) === 0);
  }
  return [];
}

export function linearAxis(domain: [number, number], unit: Unit, range: [number, number]): Axis {
  const scale = scaleLinear().domain(domain).range(range);
  const room = Math.max(2, Math.floor(Math.abs(range[1] - range[0]) / TICK_ROOM[unit]));
  // d3 takes the number of ticks for a hint, and may give more than there is room for.
  let wanted = Math.min(6, room);
  while (wanted > 1 && scale.ticks(wanted).length > room) wanted--;
  return axis(scale, false, scale.ticks(wanted), unit);
}

function axis(scale: (value: number) => number, log: boolean, ticks: number[], unit: Unit): Axis {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 1;
  const labelled = ticks.map((value) => ({ at: scale(value), label: tickLabel(value, unit, log ? value : step) }));
  return Object.assign((value: number) => scale(value), { log, ticks: labelled });
}

/** Lines up from the ticks and their labels below. */
export function bottomAxis(axis: Axis, top: number, bottom: number, title: string, right: number): Markup {
  return markup`${axis.ticks.map(
    ({ at, label }) =>
      markup`<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/><text x="${at}" y="${bottom + 14}" text-anchor="middle">${label}</text>`,
  )}<text class="axis-title" x="${right}" y="${bottom + 29}" text-anchor="end">${title}</text>`;
}

/** Lines across from the ticks and their labels at the left. */
export function leftAxis(axis: Axis, left: number, right: number): Markup {
  return markup`${axis.ticks.map(
    ({ at, label }) =>
      markup`<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text x="${left - 7}" y="${at + 4}" text-anchor="end">${label}</text>`,
  )}`;
}

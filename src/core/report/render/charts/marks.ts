import type { SymbolType } from 'd3-shape';
import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { type Markup, markup } from '../markup.ts';

/** How a model is marked wherever it appears: one colour and one shape, so that colour never stands alone. */
export interface Mark {
  /** Sets the colour: `poq-c0` to `poq-c7`. */
  colour: string;
  shape: SymbolType;
}

const COLOURS = 8;
const SHAPES = [symbolCircle, symbolSquare, symbolDiamond, symbolTriangle, symbolCross, symbolStar, symbolWye];
/** For what is not a model of the run, and for evaluators. */
const NEUTRAL: Mark = { colour: 'poq-cx', shape: symbolCircle };

export type MarkOf = (id: string) => Mark;

/** Marks in the order of the ids; 56 models look different, then they repeat. */
export function marksFor(ids: string[]): MarkOf {
  const marks = new Map(ids.map((id, i) => [id, { colour: `poq-c${i % COLOURS}`, shape: SHAPES[i % SHAPES.length]! }]));
  return (id) => marks.get(id) ?? NEUTRAL;
}

/** The mark as an SVG path around (x, y); `area` in square pixels. */
export function markAt(mark: Mark, x: number, y: number, area = 64): Markup {
  const d = symbol(mark.shape, area)() ?? '';
  return markup`<path class="mark ${mark.colour}" transform="translate(${x},${y})" d="${roundPath(d)}"/>`;
}

/** The mark as a small picture beside a name in text; the name says what it is. */
export function swatch(mark: Mark): Markup {
  return markup`<svg class="poq-swatch" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">${markAt(mark, 6, 6, 50)}</svg>`;
}

/** Coordinates of a path to a hundredth of a pixel. */
export function roundPath(d: string): string {
  return d.replace(/-?\d+\.\d+(e-?\d+)?/g, (n) => String(Math.round(Number(n) * 100) / 100));
}

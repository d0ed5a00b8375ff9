import { line } from 'd3-shape';
import type { Estimate } from '../../summary.ts';
import { plusMinus, quality } from '../format.ts';
import { type Markup, markup } from '../markup.ts';
import {
  bottomAxis,
  figure,
  fitText,
  leftAxis,
  linearAxis,
  magnitudeAxis,
  svg,
  textWidth,
  type Unit,
  USUAL_WIDTH,
} from './frame.ts';
import { type MarkOf, markAt, roundPath } from './marks.ts';

interface ScatterPoint {
  id: string;
  /** Cost in its own unit. */
  cost: number;
  quality: Estimate;
  /** On the Pareto front of quality against cost. */
  pareto: boolean;
}

export interface ScatterInput {
  id: string;
  title: string;
  points: ScatterPoint[];
  costTitle: string;
  costUnit: Unit;
  marks: MarkOf;
  /** Pixels; 320 at least. */
  width?: number;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const HEIGHT = 280;
const LEFT = 40;
const TOP = 24;
const BOTTOM = HEIGHT - 36;
const overlap = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * Quality against cost with intervals; the models that no other beats in both are joined by a dashed line. Each point is
 * a `g.item` whose `data-index` is its place in `points`.
 */
export function scatterChart(input: ScatterInput): Markup {
  const { id, title, points, costTitle, costUnit, marks, width = USUAL_WIDTH } = input;
  // Room for half a tick's label.
  const right = width - 20;
  const shown = points
    .map((p, index) => ({ ...p, index }))
    .filter((p) => p.quality.mean !== null && Number.isFinite(p.cost) && p.cost >= 0);
  const x = magnitudeAxis(
    shown.map((p) => p.cost),
    costUnit,
    [LEFT, right],
    1.25,
    true,
  );
  const y = linearAxis(qualityDomain(shown), 'number', [BOTTOM, TOP]);
  const placed = shown.map((p) => ({
    ...p,
    x: x(p.cost),
    y: y(p.quality.mean!),
    top: y(p.quality.high ?? p.quality.mean!),
    bottom: y(p.quality.low ?? p.quality.mean!),
  }));
  const front = placed.filter((p) => p.pareto).sort((a, b) => a.x - b.x);
  const path = line<{ x: number; y: number }>(
    (p) => p.x,
    (p) => p.y,
  )(front);
  const description = shown.length
    ? `${shown.map((p) => `${p.id}: quality ${quality(p.quality.mean)} ${plusMinus(p.quality)}, ${costTitle} ${figure(p.cost, costUnit)}${p.pareto ? ', on the Pareto front' : ''}`).join('; ')}.`
    : 'No model has both a quality and a cost.';
  return svg({ id, title, description, width, height: HEIGHT }, [
    leftAxis(y, LEFT, right),
    bottomAxis(x, TOP, BOTTOM, x.log ? `${costTitle}, logarithmic` : costTitle, right),
    markup`<text class="axis-title" x="8" y="12">Quality</text>`,
    markup`${front.length > 1 && path && markup`<path class="front" d="${roundPath(path)}"/>`}`,
    ...placed.map(
      (p) =>
        markup`<g class="item" data-index="${p.index}"><line class="range ${marks(p.id).colour}" x1="${p.x}" x2="${p.x}" y1="${p.top}" y2="${p.bottom}"/>${markAt(marks(p.id), p.x, p.y)}</g>`,
    ),
    labels(placed, front, width),
    markup`${shown.length === 0 && markup`<text x="${width / 2}" y="${HEIGHT / 2}" text-anchor="middle">No model has both a quality and a cost.</text>`}`,
  ]);
}

/** From 0 to 10 where the models are spread; closer where they are not, at least 2 wide. */
function qualityDomain(points: ScatterPoint[]): [number, number] {
  const values = points.flatMap((p) => [p.quality.low, p.quality.mean, p.quality.high]).filter((v) => v !== null);
  if (values.length === 0) return [0, 10];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (high - low > 4) return [0, 10];
  const pad = Math.max(0.4, (2 - (high - low)) / 2);
  return [Math.max(0, Math.floor(low - pad)), Math.min(10, Math.ceil(high + pad))];
}

type Placed = ScatterPoint & { x: number; y: number; top: number; bottom: number };

/**
 * Names beside their points, at the nearest place where nothing is yet, with a thin line to those further off. A name
 * that finds no place is left out: the mark and the tables still tell it.
 */
function labels(points: Placed[], front: Placed[], width: number): Markup {
  const taken: Box[] = points.map((p) => ({
    left: p.x - 5,
    right: p.x + 5,
    top: Math.min(p.top, p.y - 5),
    bottom: Math.max(p.bottom, p.y + 5),
  }));
  // The dashed line, as small boxes along it.
  for (const [i, a] of front.slice(0, -1).entries()) {
    const b = front[i + 1]!;
    const pieces = Math.max(1, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / 4));
    for (let k = 0; k <= pieces; k++) {
      const [x, y] = [a.x + ((b.x - a.x) * k) / pieces, a.y + ((b.y - a.y) * k) / pieces];
      taken.push({ left: x - 2, right: x + 2, top: y - 2, bottom: y + 2 });
    }
  }
  return markup`${points.map((p) => {
    const text = fitText(p.id, 170);
    const free = places(p, textWidth(text)).find(
      ({ box }) =>
        box.left >= LEFT &&
        box.right <= width &&
        box.top >= 12 &&
        box.bottom <= BOTTOM &&
        !taken.some((other) => overlap(box, other)),
    );
    if (!free) return null;
    taken.push(free.box);
    const { box, far } = free;
    const nearest = Math.min(Math.max(p.x, box.left), box.right);
    const leader = markup`<line class="leader" x1="${p.x}" y1="${p.y}" x2="${nearest}" y2="${box.top > p.y ? box.top : box.bottom}"/>`;
    return markup`${far && leader}<text class="name" x="${box.left}" y="${box.top + 10}">${text}</text>`;
  })}`;
}

/** Places for a name of this width, the best first. */
function places(p: Placed, width: number): { box: Box; far: boolean }[] {
  const at = (left: number, baseline: number, far: boolean) => ({
    box: { left, right: left + width + 5, top: baseline - 10, bottom: baseline + 3 },
    far,
  });
  const beside = [at(p.x + 10, p.y + 4, false), at(p.x - 10 - width, p.y + 4, false)];
  const around = [0, 14, 28, 46, 64, 86].flatMap((away) => [
    at(p.x - width / 2, p.top - 9 - away, away > 0),
    at(p.x - width / 2, p.bottom + 17 + away, away > 0),
    at(p.x + 8, p.top - 9 - away, away > 0),
    at(p.x - 8 - width, p.bottom + 17 + away, away > 0),
    at(p.x + 8, p.bottom + 17 + away, away > 0),
    at(p.x - 8 - width, p.top - 9 - away, away > 0),
  ]);
  return [...beside, ...around];
}

import { useRef } from 'preact/hooks';
import type { Markup } from '../../src/core/report/render/markup.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import { announce, ask, copy } from '../actions.ts';
import { host } from '../host.ts';
import { copyPng, pngBase64, standaloneSvg } from './picture.ts';
import { SvgMarkup } from './svg-markup.tsx';

export interface ChartProps {
  /** Files are called so. */
  name: string;
  title: string;
  chart: Markup;
  /** What the chart's `data-index` counts: where a click on a mark leads to. */
  items?: string[];
  /** What happens then, for screen readers: `compare its answers`. */
  openLabel?: string;
  onOpen?(item: string): void;
}

/** A chart with what can be done with it. Its marks lead to what is behind them, by mouse and by keyboard. */
export function Chart({ name, title, chart, items = [], openLabel = '', onOpen }: ChartProps) {
  const holder = useRef<HTMLSpanElement>(null);
  const svg = () => holder.current!.querySelector('svg')!;
  const open = (event: Event) => {
    const group = (event.target as Element).closest('[data-index]');
    const item = items[Number(group?.getAttribute('data-index') ?? Number.NaN)];
    if (item !== undefined) onOpen?.(item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open(event);
  };
  const save = async (kind: 'svg' | 'png') => {
    const content = kind === 'svg' ? standaloneSvg(svg()) : await pngBase64(svg());
    await host.saveFile({ name: `${name}.${kind}`, content, encoding: kind === 'svg' ? 'utf8' : 'base64' });
  };
  return (
    <figure class="chart">
      <div class="bar">
        <figcaption>{title}</figcaption>
        <div class="tools">
          <button type="button" onClick={() => copy(standaloneSvg(svg()), 'SVG')} aria-label={`Copy SVG: ${title}`}>
            Copy SVG
          </button>
          <button
            type="button"
            onClick={() => ask(copyPng(svg()).then(() => announce('PNG copied.')))}
            aria-label={`Copy PNG: ${title}`}
          >
            Copy PNG
          </button>
          <button type="button" onClick={() => ask(save('svg'))} aria-label={`Save SVG: ${title}`}>
            Save SVG
          </button>
          <button type="button" onClick={() => ask(save('png'))} aria-label={`Save PNG: ${title}`}>
            Save PNG
          </button>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the marks inside are the buttons, see `makeButtons` */}
      <div class="scroll" onClick={onOpen && open} onKeyDown={onOpen && onKeyDown}>
        <SvgMarkup holder={holder} markup={chart} onDrawn={(drawn) => onOpen && makeButtons(drawn, items, openLabel)} />
      </div>
    </figure>
  );
}

const SVG = 'http://www.w3.org/2000/svg';
/** Pixels around a mark that take a click, too. */
const REACH = 6;

/** Makes buttons of the marks of a chart, with room to hit them. */
function makeButtons(svg: SVGSVGElement, items: string[], openLabel: string): void {
  // The parts of an image cannot be reached; those of a group can. Its name stays.
  svg.setAttribute('role', 'group');
  for (const group of svg.querySelectorAll<SVGGElement>('[data-index]')) {
    // What is written at the mark belongs to its name. A title: it is shown on hovering, too.
    const words = Array.from(group.querySelectorAll('text'), (text) => text.textContent).join(' ');
    const item = oneLine(items[Number(group.getAttribute('data-index'))] ?? '');
    group.setAttribute('role', 'button');
    group.setAttribute('tabindex', '0');
    const box = group.getBBox();
    const hit = document.createElementNS(SVG, 'rect');
    const numbers = {
      x: box.x - REACH,
      y: box.y - REACH,
      width: box.width + 2 * REACH,
      height: box.height + 2 * REACH,
    };
    for (const [name, value] of Object.entries(numbers)) hit.setAttribute(name, String(value));
    hit.setAttribute('class', 'hit');
    const title = document.createElementNS(SVG, 'title');
    title.textContent = `${words === '' ? item : words}: ${openLabel}`;
    group.append(hit);
    group.prepend(title);
  }
}

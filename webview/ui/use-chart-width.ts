import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Pixels: the least of a chart, the least where two stand side by side, and the most. */
const NARROWEST = 320;
const BESIDE = 400;
const WIDEST = 760;
const GAP = 28;
/** Charts are drawn again for every so many pixels. */
const STEP = 20;

/**
 * Lays charts out in one or two columns, and says how wide each is to be drawn: at its own size, so that text keeps the
 * size of the panel's.
 */
export function useChartWidth(columns: 1 | 2): { holder: RefObject<HTMLDivElement>; width: number } {
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(560);
  useLayoutEffect(() => {
    const measure = () => {
      const all = holder.current!.clientWidth;
      if (all === 0) return;
      const half = (all - GAP) / 2;
      const each = columns === 2 && half >= BESIDE ? half : all;
      holder.current!.dataset.columns = each === half ? '2' : '1';
      setWidth(Math.floor(Math.min(WIDEST, Math.max(NARROWEST, each)) / STEP) * STEP);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(holder.current!);
    return () => observer.disconnect();
  }, [columns]);
  return { holder, width };
}

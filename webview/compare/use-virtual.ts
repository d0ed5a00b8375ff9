import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualRows {
  count: number;
  /** Pixels. */
  rowHeight: number;
  /** The element that scrolls. */
  scroller: RefObject<HTMLElement>;
  /** Pixels of the head that stays at the scroller's top. */
  head: number;
  /** A row that stays in the document wherever the list is scrolled, such as the focused one; -1 for none. */
  pinned: number;
  initialOffset: number;
}

/** The rows of a long list that are in view, and a few around them; all of one height. */
export function useVirtual({ count, rowHeight, scroller, head, pinned, initialOffset }: VirtualRows): {
  /** `top` in pixels below the head. */
  items: { index: number; top: number }[];
  height: number;
  scrollTo(index: number): void;
} {
  const [, render] = useState({});
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    overscan: 4,
    initialOffset,
    scrollMargin: head,
    scrollPaddingStart: head,
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      if (pinned < 0 || pinned >= count || (pinned >= indexes[0]! && pinned <= indexes.at(-1)!)) return indexes;
      return [...indexes, pinned].sort((a, b) => a - b);
    },
    onChange: () => render({}),
  };
  const held = useRef<Virtualizer<HTMLElement, HTMLElement> | null>(null);
  held.current ??= new Virtualizer(options);
  const virtualizer = held.current;
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  // A new height, as with another font size, voids what was measured.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  return {
    items: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, top: start - head })),
    height: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}

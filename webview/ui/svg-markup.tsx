import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Markup } from '../../src/core/report/render/markup.ts';

interface SvgMarkupProps {
  markup: Markup;
  class?: string;
  holder?: RefObject<HTMLSpanElement>;
  /** Called with the picture after it has been put into the page. */
  onDrawn?(svg: SVGSVGElement): void;
}

/**
 * An SVG picture of core in the page. It is parsed as XML, so that nothing in it can become an HTML element, and put in
 * again only when it is another one.
 */
export function SvgMarkup({ markup, class: className, holder, onDrawn }: SvgMarkupProps) {
  const own = useRef<HTMLSpanElement>(null);
  const ref = holder ?? own;
  const { text } = markup;
  useLayoutEffect(() => {
    const xml = text.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
    const parsed = new DOMParser().parseFromString(xml, 'image/svg+xml').documentElement;
    const svg = document.importNode(parsed, true) as unknown as SVGSVGElement;
    ref.current!.replaceChildren(svg);
    onDrawn?.(svg);
  }, [text]);
  return <span class={className} ref={ref} />;
}

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Less is no height to read in: the page scrolls instead. In pixels. */
const LEAST = 360;
const BELOW = 12;

/** Gives an element, as `--fill`, the height that is left of the window below where it begins. */
export function useFill(): RefObject<HTMLDivElement> {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const fill = () => {
      const element = ref.current;
      if (!element) return;
      const top = element.getBoundingClientRect().top + window.scrollY;
      element.style.setProperty('--fill', `${Math.max(LEAST, Math.floor(window.innerHeight - top - BELOW))}px`);
    };
    fill();
    // What stands above may change its height: filters fold, notes come and go.
    const observer = new ResizeObserver(fill);
    observer.observe(document.body);
    window.addEventListener('resize', fill);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', fill);
    };
  }, []);
  return ref;
}

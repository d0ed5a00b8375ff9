import { useEffect, useRef } from 'preact/hooks';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { RunSummary } from '../../src/core/report/summary.ts';
import { announce } from '../actions.ts';

/** A slider that is being moved must not speak at every step. */
const PAUSE_MS = 600;

/** Tells screen readers when the ranking has changed and has come to rest. */
export function useAnnouncedLeader({ models }: RunSummary): void {
  const order = models.map(({ id }) => oneLine(id)).join(', ');
  const told = useRef(order);
  useEffect(() => {
    if (order === told.current) return;
    const timer = setTimeout(() => {
      told.current = order;
      announce(`The ranking is now: ${order}.`);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [order]);
}

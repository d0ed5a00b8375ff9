import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { RunRows } from '../../src/core/report/rows.ts';
import { host } from '../host.ts';
import { SampleCache } from './sample-cache.ts';

/**
 * The texts of a run's samples; the component is drawn again when some arrive, and asks again when the run has new rows.
 * The run must be the same as long as the component lives.
 */
export function useSampleCache(run: string, rows: RunRows): SampleCache {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [cache] = useState(
    () =>
      new SampleCache(
        (ids) => host.samples(run, ids),
        () => redraw(undefined),
      ),
  );
  useEffect(() => () => cache.close(), [cache]);
  const seen = useRef(rows);
  useEffect(() => {
    if (seen.current !== rows) cache.refresh();
    seen.current = rows;
  }, [cache, rows]);
  return cache;
}

import type { SampleHead } from '../../protocol/reader.ts';

/** The samples of the nearest line with any at or above the cursor (from 1); below it where there is none above. */
export function idsAtLine(samples: Pick<SampleHead, 'id' | 'source'>[], cursor: number): string[] {
  const lines = samples.map(({ source }) => source.line ?? 1);
  const above = lines.filter((line) => line <= cursor);
  const line = (above.length > 0 ? above : lines).reduce(
    (best, other) => (above.length > 0 ? Math.max(best, other) : Math.min(best, other)),
    above.length > 0 ? 0 : Number.POSITIVE_INFINITY,
  );
  return samples.filter((_, i) => lines[i] === line).map(({ id }) => id);
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAfterMs, retryDelayMs } from '../../../src/node/providers/openai/retry.ts';

const NOON = Date.UTC(2026, 0, 1, 12);

test.each([
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': ' 0.5 ' }, 500],
  [{ 'retry-after': '-3' }, 0],
  [{ 'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
  [{ 'retry-after': ['4', '9'] }, 4000],
  [{ 'retry-after-ms': '250', 'retry-after': '1' }, 250],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '' }, null],
  [{}, null],
])('%j', (headers, expected) => {
  expect(retryAfterMs(headers, NOON)).toBe(expected);
});

test('waits lie within a quarter of 500 ms doubled each time, and never above the bounds', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const wait = retryDelayMs(attempt, null, random);
      const middle = 500 * 2 ** attempt;
      expect(wait).toBeGreaterThanOrEqual(Math.min(30_000, middle * 0.75));
      expect(wait).toBeLessThanOrEqual(Math.min(30_000, middle * 1.25));
    }),
  );
  expect(retryDelayMs(0, 0, 0.5)).toBe(0);
  expect(retryDelayMs(0, 1e9, 0.5)).toBe(60_000);
});

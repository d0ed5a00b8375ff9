import type { Estimate } from '../summary.ts';

/**
 * How numbers read, in one place for the terminal, Markdown and HTML: three digits, units that fit, always the
 * same whatever the reader's locale. What is unknown reads as a dash and never as 0.
 */

export const UNKNOWN = '–';
const MINUS = '−';

type Num = number | null | undefined;

const known = (x: Num): x is number => typeof x === 'number' && Number.isFinite(x);
const signed = (x: number, text: string) => (x < 0 && /[1-9]/.test(text) ? MINUS + text : text);

/** A fixed number of decimals, thousands grouped by commas: `1,234.50`, `−0.03`. */
export function fixed(x: Num, decimals: number): string {
  if (!known(x)) return UNKNOWN;
  const text = Math.abs(x).toFixed(decimals);
  // Beyond 10^21 toFixed itself falls back to an exponent.
  if (text.includes('e')) return signed(x, text);
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return signed(x, fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** Three significant digits; whole numbers from 100 on: `0.0186`, `41.0`, `1,234`, `1.23e-5`. */
export function digits3(x: Num): string {
  if (!known(x)) return UNKNOWN;
  const size = Math.abs(x);
  if (size === 0) return '0';
  if (size < 1e-4) return signed(x, size.toExponential(2));
  const rounded = Number(size.toPrecision(3));
  const decimals = rounded >= 100 ? 0 : 2 - Math.floor(Math.log10(rounded));
  return fixed(x, decimals);
}

/** A count: `1,234`. */
export const count = (x: Num): string => fixed(x, 0);

/** `7.820` as `7.82`, `12.000` as `12`, `1.20e-5` as `1.2e-5`. */
export const trimZeros = (text: string): string =>
  text.replace(/\.(\d*?)0+(?=e|$)/, (_, kept: string) => (kept ? `.${kept}` : ''));

/** A number as people write settings: three digits at most, no zeros at the end: `0.5`, `1.29`, `5`, `−2`. */
export const plain = (x: Num): string => (known(x) && Number.isInteger(x) ? count(x) : trimZeros(digits3(x)));

/** A quality, truth or metric on [0, 10]: `7.82`. */
export const quality = (x: Num): string => fixed(x, 2);

/** Milliseconds in the unit that fits: `50.3 µs`, `8.21 ms`, `95 ms`, `1.32 s`, `2 min 12 s`, `3 h 20 min`. */
export function duration(ms: Num): string {
  if (!known(ms)) return UNKNOWN;
  const size = Math.abs(ms);
  if (size === 0) return '0 ms';
  if (size < 0.9995) return signed(ms, `${digits3(size * 1000)} µs`);
  if (size < 9.995) return signed(ms, `${size.toFixed(2)} ms`);
  if (size < 999.5) return signed(ms, `${size.toFixed(0)} ms`);
  const seconds = size / 1000;
  if (seconds < 99.95) return signed(ms, `${digits3(seconds)} s`);
  const whole = Math.round(seconds);
  if (whole < 3600) return signed(ms, `${Math.floor(whole / 60)} min ${whole % 60} s`);
  const minutes = Math.round(seconds / 60);
  return signed(ms, `${fixed(Math.floor(minutes / 60), 0)} h ${minutes % 60} min`);
}

/**
 * Decimals that make the narrowest of these intervals readable: 2 at least, 4 at most, so that a half-width of 0.004
 * is not rounded to a point.
 */
export function decimalsFor(estimates: Estimate[]): number {
  let decimals = 2;
  for (const e of estimates) {
    const half = halfWidth(e);
    if (half !== null && half > 0) decimals = Math.max(decimals, Math.ceil(-Math.log10(half)));
  }
  return Math.min(decimals, 4);
}

/** Half of the interval's width; null where there is no interval. */
function halfWidth(e: Estimate): number | null {
  return known(e.low) && known(e.high) ? (e.high - e.low) / 2 : null;
}

/** `0.57–0.65`; with a bound below zero `−0.03 to 0.07`, where a dash would read as a sign. */
export function range(e: Estimate, decimals: number): string {
  if (!known(e.low) || !known(e.high)) return UNKNOWN;
  const low = fixed(e.low, decimals);
  const high = fixed(e.high, decimals);
  return low.startsWith(MINUS) || high.startsWith(MINUS) ? `${low} to ${high}` : `${low}–${high}`;
}

/** `0.61 (0.57–0.65)`; without an interval the mean alone. */
export function interval(e: Estimate, decimals = decimalsFor([e])): string {
  if (!known(e.mean)) return UNKNOWN;
  const mean = fixed(e.mean, decimals);
  return known(e.low) && known(e.high) ? `${mean} (${range(e, decimals)})` : mean;
}

/** `±0.31`, or nothing where there is no interval. */
export function plusMinus(e: Estimate, decimals = 2): string {
  const half = halfWidth(e);
  return half === null ? '' : `±${fixed(half, decimals)}`;
}

/** `1 model`, `3 models`. */
export const counted = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** Two significant digits, for figures that are only meant as `about`: `240`, `1,200`. */
export const about = (x: number): string => count(Number(x.toPrecision(2)));

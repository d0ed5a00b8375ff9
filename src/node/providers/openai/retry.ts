/** When a request is made again, and how long to wait before. */

const RETRIED_STATUS = new Set([408, 409, 429]);
const BASE_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Codes of failures in which no answer began: the server is away, restarting, or closed an idle connection. */
const RETRIED_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

export const isRetriedStatus = (status: number): boolean => RETRIED_STATUS.has(status) || status >= 500;

export const isRetriedCode = (code: string): boolean => RETRIED_CODES.has(code);

/**
 * Milliseconds before attempt number `attempt + 1` (0-based): what the server asks for, at most a minute; else
 * exponential from half a second, spread by up to a quarter either way so that many clients do not come back at once.
 * @param random a number in [0, 1)
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | null, random: number): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
  return Math.min(LONGEST_BACKOFF_MS, BASE_MS * 2 ** attempt * (0.75 + random / 2));
}

/**
 * `Retry-After` (RFC 9110, section 10.2.3: seconds or a date) or `retry-after-ms`, in milliseconds; null when there is
 * none that can be read.
 * @param wallClockMs the time of day that a date is compared with
 */
export function retryAfterMs(
  headers: Record<string, string | string[] | undefined>,
  wallClockMs: number,
): number | null {
  const precise = Number(first(headers['retry-after-ms']) ?? Number.NaN);
  if (Number.isFinite(precise) && precise >= 0) return precise;
  const value = first(headers['retry-after'])?.trim();
  if (value === undefined || value === '') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - wallClockMs);
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

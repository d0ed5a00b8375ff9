import type { Check } from '../types.ts';

/**
 * A regular expression sees at most this many characters of an answer. That bounds patterns whose time grows with the
 * square of the length; one with nested repetition, such as (a+)+$, can still take forever on a short answer.
 */
export const REGEX_INPUT_LIMIT = 100_000;

/** Why a check cannot be used, in words for the user, or null when it can. Said once, where the check is read. */
export function validateCheck(check: Check): string | null {
  if (check.kind === 'is-json') return null;
  if (check.value === undefined) return `${check.label}: needs a value to compare the answer with`;
  if (check.value === '' && check.kind !== 'equals') {
    return `${check.label}: an empty value fits every answer; write what to look for`;
  }
  if (check.kind === 'regex' && compile(check.value) === null) {
    return `${check.label}: not a regular expression that JavaScript can read: ${regexFault(check.value)}`;
  }
  return null;
}

/**
 * Whether an answer passes a check. Texts are compared exactly, white space and case included; only
 * `icontains` ignores case. A regular expression is JavaScript's, without flags, and may match anywhere. `is-json`
 * asks that the whole answer, white space around it aside, is one JSON value. A check that `validateCheck` refuses never passes, negated or not.
 */
export function runCheck(check: Check, text: string): boolean {
  if (validateCheck(check) !== null) return false;
  return holds(check, text) !== check.negated;
}

function holds(check: Check, text: string): boolean {
  const value = check.value ?? '';
  if (check.kind === 'is-json') return isJson(text);
  if (check.kind === 'regex') {
    return compile(value)?.test(text.slice(0, REGEX_INPUT_LIMIT)) ?? false;
  }
  const fold = check.kind === 'icontains';
  const a = fold ? text.toLowerCase() : text;
  const b = fold ? value.toLowerCase() : value;
  switch (check.kind) {
    case 'equals':
      return a === b;
    case 'contains':
    case 'icontains':
      return a.includes(b);
    case 'startsWith':
      return a.startsWith(b);
    case 'endsWith':
      return a.endsWith(b);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.trim());
    return true;
  } catch {
    return false;
  }
}

function compile(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern);
  } catch {
    return null;
  }
}

function regexFault(pattern: string): string {
  try {
    new RegExp(pattern);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

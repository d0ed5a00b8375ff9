import { describe, expect, it } from 'vitest';
import { REGEX_INPUT_LIMIT, runCheck, validateCheck } from '../../../src/core/metrics/checks.ts';
import type { Check } from '../../../src/core/types.ts';

function check(kind: Check['kind'], value?: string, more: Partial<Check> = {}): Check {
  return { kind, value, negated: false, label: kind, ...more };
}

describe('runCheck', () => {
  it.each([
    ['equals', 'Paris', 'Paris', true],
    ['equals', 'Paris', 'paris', false],
    ['equals', 'Paris', 'Paris\n', false],
    ['equals', '', '', true],
    ['equals', '', ' ', false],
    ['contains', 'ari', 'Paris', true],
    ['contains', 'ARI', 'Paris', false],
    ['icontains', 'ARI', 'Paris', true],
    ['icontains', 'straße', 'STRASSE', false],
    ['startsWith', 'Pa', 'Paris', true],
    ['startsWith', 'Pa', ' Paris', false],
    ['endsWith', 'ris', 'Paris', true],
    ['endsWith', 'ris', 'Paris.', false],
    ['regex', '^P.*s$', 'Paris', true],
    ['regex', 'a.i', 'Paris', true],
    ['regex', '^p', 'Paris', false],
    ['regex', '\\p{L}', 'p{L}', true],
    ['is-json', undefined, ' {"a": [1, null]}\n', true],
    ['is-json', undefined, '42', true],
    ['is-json', undefined, '', false],
    ['is-json', undefined, "{'a': 1}", false],
    ['is-json', undefined, '```json\n{}\n```', false],
    ['is-json', undefined, '{} {}', false],
  ] as const)('%s %j on %j: %s', (kind, value, text, pass) => {
    expect(runCheck(check(kind, value), text)).toBe(pass);
    expect(runCheck(check(kind, value, { negated: true }), text)).toBe(!pass);
  });

  it('gives a regular expression no memory between answers', () => {
    const digits = check('regex', '\\d+');
    expect([1, 2, 3].map((n) => runCheck(digits, `${n}`))).toEqual([true, true, true]);
  });
  it('shows a regular expression the first part of a huge answer', () => {
    const text = `${'x'.repeat(REGEX_INPUT_LIMIT)}needle`;
    expect(runCheck(check('regex', 'needle'), text)).toBe(false);
    expect(runCheck(check('contains', 'needle'), text)).toBe(true);
  });
  it('never passes a check that cannot be used', () => {
    for (const negated of [false, true]) {
      expect(runCheck(check('regex', '(', { negated }), '(')).toBe(false);
      expect(runCheck(check('contains', undefined, { negated }), 'x')).toBe(false);
    }
  });
});

describe('validateCheck', () => {
  it('accepts what can be run', () => {
    expect(validateCheck(check('is-json'))).toBeNull();
    expect(validateCheck(check('equals', ''))).toBeNull();
    expect(validateCheck(check('regex', '^\\d+$'))).toBeNull();
  });
  it('says what is wrong', () => {
    expect(validateCheck(check('regex', '(a', { label: 'regex "(a"' }))).toMatch(/^regex "\(a": .*regular expression/);
    expect(validateCheck(check('contains'))).toMatch(/needs a value/);
    expect(validateCheck(check('endsWith', ''))).toMatch(/empty value/);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  about,
  counted,
  decimalsFor,
  digits3,
  duration,
  fixed,
  interval,
  plain,
  plusMinus,
  range,
} from '../../../src/core/report/render/format.ts';
import { estimate } from './example.ts';

describe('numbers', () => {
  test.each([
    [0, '0'],
    [41.03, '41.0'],
    [170, '170'],
    [1234.4, '1,234'],
    [999.6, '1,000'],
    [99.96, '100'],
    [9.996, '10.0'],
    [0.018134, '0.0181'],
    [0.00642, '0.00642'],
    [0.000123, '0.000123'],
    [0.0000123, '1.23e-5'],
    [-2.5, '−2.50'],
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('three digits of %s are %s', (x, text) => expect(digits3(x)).toBe(text));

  test('a fixed number of decimals groups thousands and writes a real minus, but never −0', () => {
    expect(fixed(1234567.891, 2)).toBe('1,234,567.89');
    expect(fixed(-0.034, 2)).toBe('−0.03');
    expect(fixed(-0.001, 2)).toBe('0.00');
    expect(fixed(1e21, 0)).toBe('1e+21');
    expect(fixed(null, 2)).toBe('–');
  });

  test('settings have no zeros at their end', () => {
    expect([0.5, 1.29, 5, 12, 100, 0.12, -2, 1e-5, 1500].map(plain)).toEqual([
      '0.5',
      '1.29',
      '5',
      '12',
      '100',
      '0.12',
      '−2',
      '1e-5',
      '1,500',
    ]);
  });

  test('about has two digits', () => expect([238, 1249, 7].map(about)).toEqual(['240', '1,200', '7']));

  test('nouns follow their number', () => {
    expect([counted(1, 'model'), counted(0, 'model'), counted(1200, 'model')]).toEqual([
      '1 model',
      '0 models',
      '1,200 models',
    ]);
  });

  test('three digits stay within half a unit of the third digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 99, noNaN: true }), (x) => {
        const back = Number(digits3(x));
        return Math.abs(back - x) <= Math.abs(x) * 0.005001;
      }),
    );
  });
});

describe('durations', () => {
  test.each([
    [0, '0 ms'],
    [0.0503, '50.3 µs'],
    [0.9994, '999 µs'],
    [0.9996, '1.00 ms'],
    [4.01, '4.01 ms'],
    [9.994, '9.99 ms'],
    [9.996, '10 ms'],
    [95, '95 ms'],
    [612.7, '613 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1320, '1.32 s'],
    [13_240, '13.2 s'],
    [99_960, '1 min 40 s'],
    [132_000, '2 min 12 s'],
    [3_599_700, '1 h 0 min'],
    [12_000_000, '3 h 20 min'],
    [-95, '−95 ms'],
    [null, '–'],
  ])('%s ms reads %s', (ms, text) => expect(duration(ms)).toBe(text));
});

describe('intervals', () => {
  test('read as the mean and both bounds', () => {
    expect(interval(estimate(0.613, 0.572, 0.654))).toBe('0.61 (0.57–0.65)');
    expect(interval(estimate(0.02, -0.031, 0.071))).toBe('0.02 (−0.03 to 0.07)');
    expect(interval(estimate(0.5))).toBe('0.50');
    expect(interval(estimate(null))).toBe('–');
    expect(range(estimate(1), 2)).toBe('–');
  });

  test('narrow ones get the decimals that show their width', () => {
    expect(interval(estimate(0.6131, 0.6091, 0.6171))).toBe('0.613 (0.609–0.617)');
    expect(decimalsFor([estimate(1, 0.5, 1.5), estimate(1, 0.9996, 1.0004)])).toBe(4);
    expect(decimalsFor([estimate(1, 1, 1), estimate(null)])).toBe(2);
    expect(decimalsFor([estimate(1, 1 - 1e-9, 1 + 1e-9)])).toBe(4);
  });

  test('half a width after ±, and nothing where there is none', () => {
    expect(plusMinus(estimate(7.82, 7.51, 8.13))).toBe('±0.31');
    expect(plusMinus(estimate(7.82))).toBe('');
  });
});

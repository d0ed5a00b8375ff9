import { describe, expect, it } from 'vitest';
import { parseSweep } from '../../../src/cli/sweep-argument.ts';

describe('--sweep', () => {
  it.each([
    ['k=1,3,5', { k: [1, 3, 5] }],
    ['beta=0:1:11', { beta: { from: 0, to: 1, steps: 11 } }],
    ['beta = -0.5:.5:3', { beta: { from: -0.5, to: 0.5, steps: 3 } }],
    ['consensus=mean,median', { consensus: ['mean', 'median'] }],
    [
      'consensus="mean",{"trust": {"lambda": 0.1, "max": 3}}',
      { consensus: ['mean', { trust: { lambda: 0.1, max: 3 } }] },
    ],
    ['consensus=mean,{"trimmed": 0.2}', { consensus: ['mean', { trimmed: 0.2 }] }],
    ['commitReveal=true,false', { commitReveal: [true, false] }],
    ['attacks[0].share=0.1', { 'attacks[0].share': [0.1] }],
  ])('%s', (text, expected) => {
    expect(parseSweep(text)).toEqual(expected);
  });

  it('adds a second option, and no third', () => {
    const first = parseSweep('k=1');
    expect(parseSweep('beta=0,1', first)).toEqual({ k: [1], beta: [0, 1] });
    expect(() => parseSweep('k=2', first)).toThrow(/each once/);
    expect(() => parseSweep('a=1', { b: [1], c: [1] })).toThrow(/at most two/);
  });

  it.each(['k', '=1', 'k=', 'k=0:1:1', 'k=0:1:2.5'])('refuses %s', (text) => {
    expect(() => parseSweep(text)).toThrow(/Expected|range/);
  });
});

import { describe, expect, test } from 'vitest';
import {
  gateSentence,
  method,
  rewardNotes,
  verdicts,
  winnersSentence,
} from '../../../src/core/report/render/sentences.ts';
import { evaluatorsTable, leaderboard, remarks } from '../../../src/core/report/render/terminal.ts';
import { estimate, model, pair, reward, summary } from './example.ts';

describe('the leaderboard in a terminal', () => {
  test('at 100 columns', () => {
    expect(`\n${leaderboard(summary())}`).toBe(`
#  Model           Reward     Quality    F1     p50     p95  1st token  Tok/s     Q/ms  Cost  Err
1  medium  0.61 0.57–0.65  7.82 ±0.31  6.91  420 ms  613 ms      88 ms   41.0   0.0181  0.34    0
2  large   0.36 0.33–0.39  8.60 ±0.20  7.90  1.32 s  1.90 s     310 ms   28.0  0.00642  1.00    0
3  small   0.34 0.29–0.39  3.40 ±0.40  2.80   95 ms  140 ms      21 ms    170   0.0351  0.00    2
Too narrow for: Tokens.`);
  });

  test.each([200, 100, 80, 60])('never wider than %s columns', (width) => {
    for (const text of [
      leaderboard(summary(), { width }),
      evaluatorsTable(summary(), { width }),
      remarks(summary(), { width }),
    ])
      for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
  });

  test('colour changes no column', () => {
    const paint = (text: string) => `\x1b[1m${text}\x1b[0m`;
    const painter = { bold: paint, dim: paint, red: paint, green: paint, yellow: paint };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the painter above writes them
    const bare = (text: string) => text.replace(/\x1b\[\dm/g, '').replace(/ +$/gm, '');
    expect(bare(leaderboard(summary(), { painter }))).toBe(leaderboard(summary()));
    expect(leaderboard(summary(), { painter })).toContain('\x1b[1m0.61\x1b[0m');
  });

  test('unknown is a dash, never 0; a column that nobody has a figure for is left out', () => {
    const none = { mean: null, p50: null, p95: null, count: 0 };
    const text = leaderboard(
      summary({
        models: [
          model('a', { reward: estimate(null), normalizedCost: null, latencyMs: none, ttftMs: none }),
          model('gone', {
            errors: 64,
            quality: estimate(null),
            reward: estimate(null),
            truth: { f1: null, exact: null },
          }),
        ],
      }),
    );
    const [head, a, gone] = text.split('\n');
    expect(head).not.toContain('Money');
    expect(a).toMatch(/^1 {2}a +– +7\.82 ±0\.31 +6\.91 +– +– /);
    expect(gone).toMatch(/^– {2}gone +– +– +– /);
    expect(gone!.endsWith('64')).toBe(true);
  });

  test('ids cannot command the terminal or break the table', () => {
    const text = leaderboard(summary({ models: [model('a\x1b[2J\nb'), model('日本語'), model('x'.repeat(90))] }));
    expect(text).not.toContain('\x1b');
    const [head, first, wide, long] = text.split('\n');
    expect(first).toContain('a\\u{1B}[2J b');
    expect(long).toContain('x'.repeat(27).concat('…'));
    // Three wide characters take six columns.
    expect(wide!.length).toBe(head!.length - 3);
  });

  test('nothing run', () => {
    expect(leaderboard(summary({ models: [] }))).toBe('No model was run.');
    expect(evaluatorsTable(summary({ evaluators: [] }))).toBe('No evaluator was run.');
    expect(remarks(summary({ models: [], pairs: [], evaluators: [], gates: [], warnings: [] }))).toBe('');
  });

  test('remarks: verdict, gates, warnings', () => {
    expect(remarks(summary(), { width: 300 }).split('\n')).toEqual([
      'Ranks 2 and 3 (large and small) are not decided by this data (difference in reward 0.02, 95 % −0.03 to 0.07; about 240 samples would decide it).',
      'gate held  quality of medium: 7.82, wanted at least 5',
      'GATE FAILED  p95 latency of large: 1,900 ms, wanted at most 1,500 ms',
      'warning: The models ran on different devices (cpu, cuda): their latencies are not like for like.',
    ]);
  });
});

describe('sentences', () => {
  const three = ['a', 'b', 'c'].map((id) => model(id));
  const open = (a: string, b: string) => pair(a, b, { verdict: 'undecided', reward: estimate(0, -0.1, 0.1) });

  test('all decided', () => {
    const pairs = [pair('a', 'b'), pair('c', 'b', { verdict: 'b' }), pair('a', 'c')];
    expect(verdicts(summary({ models: three, pairs }))).toEqual([
      'Every two neighbours in the ranking differ by more than this data leaves to chance.',
    ]);
    expect(verdicts(summary({ models: three.slice(0, 2), pairs: [pair('a', 'b')] }))).toEqual([
      'The two models differ by more than this data leaves to chance.',
    ]);
  });

  test('open pairs that are no neighbours are named', () => {
    const pairs = [open('a', 'b'), open('b', 'c'), open('a', 'c')];
    expect(verdicts(summary({ models: three, pairs }))).toEqual([
      'Ranks 1 and 2 (a and b) are not decided by this data (difference in reward 0.00, 95 % −0.10 to 0.10).',
      'Ranks 2 and 3 (b and c) are not decided by this data (difference in reward 0.00, 95 % −0.10 to 0.10).',
      'Further pairs that are not decided: a and c.',
    ]);
  });

  test('a pair is told from the higher rank whatever its order, on what it was decided by', () => {
    const quality = { on: 'quality' as const, verdict: 'undecided' as const, quality: estimate(-0.3, -0.9, 0.2) };
    expect(verdicts(summary({ models: three.slice(0, 2), pairs: [pair('b', 'a', quality)] }))).toEqual([
      'Ranks 1 and 2 (a and b) are not decided by this data (difference in quality 0.30, 95 % −0.20 to 0.90).',
    ]);
  });

  test('a verdict against the ranking is said', () => {
    const pairs = [pair('a', 'b', { verdict: 'b', reward: estimate(-0.2, -0.3, -0.1), samples: 12 })];
    expect(verdicts(summary({ models: three.slice(0, 2), pairs }))).toEqual([
      'b is ahead of a over the 12 samples that both have (difference in reward 0.20, 95 % 0.10 to 0.30), though it ranks below.',
    ]);
  });

  test('no sample in common; models without a success are not compared', () => {
    const nothing = { samples: 0, reward: estimate(null), verdict: 'undecided' as const };
    expect(verdicts(summary({ models: three.slice(0, 2), pairs: [pair('a', 'b', nothing)] }))).toEqual([
      'Ranks 1 and 2 (a and b) cannot be compared: no sample has a figure for both.',
    ]);
    expect(verdicts(summary({ models: [model('a'), model('b', { errors: 64 })], pairs: [open('a', 'b')] }))).toEqual(
      [],
    );
  });

  test('who wins at which beta', () => {
    expect(winnersSentence([])).toBeNull();
    expect(winnersSentence([{ from: 0, to: null, model: 'a' }])).toBe('a wins at every β.');
    expect(
      winnersSentence([
        { from: 0, to: 0.12, model: 'large' },
        { from: 0.12, to: 1.29, model: 'medium' },
        { from: 1.29, to: Number.POSITIVE_INFINITY, model: 'small' },
      ]),
    ).toBe('large wins up to β 0.12; medium from 0.12 to 1.29; small beyond 1.29.');
  });

  test('notes on missing rewards are told once', () => {
    const note = { reward: estimate(null), rewardNote: 'no price is known' };
    expect(rewardNotes(summary({ models: [model('a', note), model('b', note), model('c')] }))).toEqual([
      'a, b: no price is known',
    ]);
  });

  test('gates: a value is never rounded onto its bound', () => {
    const gate = { metric: 'quality' as const, model: 'a', min: 8, on: 'interval' as const, pass: false, note: null };
    expect(gateSentence({ ...gate, value: 7.99996 })).toBe(
      'quality of a: 7.99996, wanted at least 8 (whole 95 % interval)',
    );
    expect(gateSentence({ ...gate, value: null, note: 'no generation has a score', max: 9.5 })).toBe(
      'quality of a: no data, wanted at least 8 and at most 9.5 (whole 95 % interval): no generation has a score',
    );
    expect(
      gateSentence({ ...gate, on: 'mean', metric: 'errors', model: null, min: undefined, max: 0, value: 12 }),
    ).toBe('errors of every model: 12, wanted at most 0');
  });

  test('the method states the configured reward', () => {
    const told = method(summary(), {
      ...reward,
      consensus: { trimmed: 0.2 },
      closeness: 'leave-one-out',
      failures: 'exclude',
      models: { alpha: 2, beta: 0.25, cost: { of: 'money', normalize: { budget: 0.001 } } },
    }).join('\n');
    expect(told).toContain(
      'R = 2 × Q / 10 − 0.25 × C, where C is money as a share of the budget of 0.001 currency units, at most 1.',
    );
    expect(told).toContain('R = 1 × A − 0.5 × C, where C is the mean latency, 0 for the lowest');
    expect(told).toContain('mean without the 20 % at each end');
    expect(told).toContain('the consensus of the other evaluators');
    expect(told).toContain('Failed generations are left out');
    expect(told).toContain('percentile bootstrap, 2,000 resamples by sample, seed 1');
  });
});

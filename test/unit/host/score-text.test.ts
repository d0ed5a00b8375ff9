import { expect, test } from 'vitest';
import {
  besideText,
  type Figures,
  figuresOf,
  figuresOfFile,
  lastTitle,
  passOf,
  type Translate,
} from '../../../src/host/editor/score-text.ts';
import type { FileResults, ModelOutcome, SampleOutcome } from '../../../src/protocol/reader.ts';

const t: Translate = (message, ...args) => message.replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)]));

const model = (id: string, given: Partial<ModelOutcome> = {}): ModelOutcome => ({
  model: id,
  quality: 7.82,
  latencyMs: 420,
  reward: 0.6123,
  error: null,
  failedChecks: [],
  pass: true,
  ...given,
});
const outcome = (models: ModelOutcome[], id = 'a'): SampleOutcome => ({
  id,
  models,
  pass: models.some((m) => m.pass === false) ? false : models.some((m) => m.pass === null) ? null : true,
  minQuality: 5,
});
const last = (...outcomes: SampleOutcome[]) => lastTitle(figuresOf(outcomes)!, false, t);
const beside = (...outcomes: SampleOutcome[]) => besideText(figuresOf(outcomes)!, false, t);

test('one model needs no name', () => {
  expect(last(outcome([model('small')]))).toBe('last: 7.8 quality, 420 ms, reward 0.61');
  expect(beside(outcome([model('small')]))).toBe('✓ 7.8 · 420 ms');
});

test('of several models the best by reward is named, whatever its quality', () => {
  const models = [model('fast', { quality: 6, reward: 0.7 }), model('good', { quality: 9, reward: 0.2 })];
  expect(last(outcome(models))).toBe('last: fast 6.0 quality, 420 ms, reward 0.70 (best of 2)');
  expect(beside(outcome(models))).toBe('✓ fast 6.0 · 420 ms | ✓ good 9.0 · 420 ms');
});

test('without a reward the best by quality, and none is shown', () => {
  const models = [model('low', { quality: 2, reward: null }), model('high', { quality: 8, reward: null })];
  expect(last(outcome(models))).toBe('last: high 8.0 quality, 420 ms (best of 2)');
});

test('what failed says so, and unknown is never zero', () => {
  const bad = model('small', { quality: 3.2, reward: 0.11, pass: false });
  expect(last(outcome([bad]))).toBe('last: not passed, 3.2 quality, 420 ms, reward 0.11');
  expect(beside(outcome([bad]))).toBe('✗ 3.2 · 420 ms');
  const dead = model('small', { error: 'refused', quality: 0, latencyMs: null, reward: null, pass: false });
  expect(last(outcome([dead]))).toBe('last: not passed, no answer');
  expect(beside(outcome([dead]))).toBe('✗ no answer');
  const unknown = model('small', { quality: null, reward: null, pass: null });
  expect(last(outcome([unknown]))).toBe('last: no quality, 420 ms');
  expect(beside(outcome([unknown]))).toBe('○ – · 420 ms');
});

test('a failed model is never the best', () => {
  const models = [model('dead', { error: 'x', reward: 0.9, pass: false }), model('alive', { reward: 0.1 })];
  expect(last(outcome(models))).toBe('last: not passed, alive 7.8 quality, 420 ms, reward 0.10 (best of 2)');
});

test('more than three models are not listed beside a row', () => {
  const models = ['a', 'b', 'c', 'd'].map((id, i) => model(id, { reward: i / 10 }));
  expect(beside(outcome(models))).toBe('✓ d 7.8 · 420 ms | (best of 4)');
});

test('several samples on one line: means of what is known, and how many passed', () => {
  const two = [
    outcome([model('m', { quality: 8, latencyMs: 100, reward: 0.4 })], 'a'),
    outcome([model('m', { quality: 4, latencyMs: null, reward: 0.2, pass: false })], 'b'),
  ];
  expect(last(...two)).toBe('last: 1 of 2 passed, 6.0 quality, 100 ms, reward 0.30');
  expect(passOf(figuresOf(two)!)).toBe(false);
  expect(figuresOf([])).toBeNull();
});

test('a model id cannot break out of its line', () => {
  expect(beside(outcome([model('a\nb\u2028c'), model('d', { reward: 0 })]))).not.toMatch(/[\n\u2028]/);
});

test('an edited sample says so', () => {
  const figures = figuresOf([outcome([model('m')])])!;
  expect(lastTitle(figures, true, t)).toMatch(/, edited since$/);
  expect(besideText(figures, true, t)).toMatch(/edited since$/);
});

test("a file's figures are the newest run's own means, and count that run alone", () => {
  const results: FileResults = {
    run: { id: 'new', path: '/r/new', startedAt: '2026-01-01T00:00:00Z' },
    models: [{ model: 'm', samples: 1, quality: 5.5, latencyMs: 80, reward: 0.5 }],
    samples: {
      a: { ...outcome([model('m', { quality: 1 })]), run: 'new', path: '/r/new' },
      b: { ...outcome([model('m', { pass: false })], 'b'), run: 'old', path: '/r/old' },
    },
  };
  const figures: Figures = figuresOfFile(results)!;
  expect(lastTitle(figures, false, t)).toBe('last: 5.5 quality, 80 ms, reward 0.50');
  expect(figures.samples).toBe(1);
  expect(figuresOfFile({ run: null, models: [], samples: {} })).toBeNull();
});

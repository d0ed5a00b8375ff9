import { expect, test } from 'vitest';
import { durationOf, failuresOf, verdictOf } from '../../../src/host/testing/outcome-text.ts';
import type { ModelOutcome, OutputDetail, SampleDetail, SampleOutcome } from '../../../src/protocol/reader.ts';

const t = (message: string, ...args: (string | number)[]) =>
  message.replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)]));

const model = (id: string, given: Partial<ModelOutcome> = {}): ModelOutcome => ({
  model: id,
  quality: 8,
  latencyMs: 100,
  reward: 0.5,
  error: null,
  failedChecks: [],
  pass: true,
  ...given,
});
const outcome = (pass: boolean | null, ...models: ModelOutcome[]): SampleOutcome => ({
  id: 's',
  models,
  pass,
  minQuality: 5,
});
const output = (id: string, text: string | null): OutputDetail => ({
  model: id,
  repeat: 0,
  text: text === null ? null : { text, cut: null },
  error: text === null ? 'x' : null,
  quality: 3,
  truthF1: null,
  reward: null,
  latencyMs: 1,
  ttftMs: null,
  inputTokens: null,
  outputTokens: null,
  device: null,
  reused: false,
  finish: null,
  scores: [
    { evaluator: 'sts', raw: 0.3, quality: 3, error: null, compared: null },
    { evaluator: 'rouge', raw: null, quality: null, error: 'x', compared: null },
  ],
  checks: [],
});
const detail = (references: string[], ...outputs: OutputDetail[]): SampleDetail => ({
  id: 's',
  task: null,
  group: null,
  tags: [],
  messages: [],
  references: references.map((text) => ({ text, cut: null })),
  unanswerable: false,
  source: { file: 'a', line: 1 },
  outputs,
});

test('verdicts', () => {
  expect(verdictOf(outcome(true, model('a')))).toBe('passed');
  expect(verdictOf(outcome(false, model('a', { pass: false }), model('b')))).toBe('failed');
  expect(verdictOf(outcome(null, model('a', { quality: null, pass: null })))).toBe('skipped');
  const dead = model('a', { error: 'refused', pass: false });
  expect(verdictOf(outcome(false, dead))).toBe('errored');
  expect(verdictOf(outcome(false, dead, model('b')))).toBe('failed');
});

test('the duration is what the models took together, and unknown is not zero', () => {
  expect(durationOf(outcome(true, model('a'), model('b', { latencyMs: 20 }), model('c', { latencyMs: null })))).toBe(
    120,
  );
  expect(durationOf(outcome(true, model('a', { latencyMs: null })))).toBeUndefined();
});

test('each failing model has its own message and difference', () => {
  const low = model('low', { quality: 3.2, pass: false });
  const unchecked = model('unchecked', { failedChecks: ['contains "x"'], pass: false });
  const failures = failuresOf(
    outcome(false, low, model('fine'), unchecked),
    detail(['one', 'two'], output('low', 'three'), output('unchecked', 'four')),
    t,
  );
  expect(failures).toEqual([
    {
      message: 'low: quality 3.2 is below 5, the least that passes.\nScores: sts 3.0',
      expected: 'one\ntwo',
      actual: 'three',
    },
    { message: 'unchecked: the check failed: contains "x"\nScores: sts 3.0', expected: 'one\ntwo', actual: 'four' },
  ]);
});

test('a quality just below the bound does not read as the bound', () => {
  const [failure] = failuresOf(outcome(false, model('a', { quality: 4.996, pass: false })), null, t);
  expect(failure!.message).toContain('quality 4.996 is below 5');
});

test('an error is told as it is, without a difference', () => {
  const dead = model('a', { error: 'connection refused', quality: 0, pass: false });
  expect(failuresOf(outcome(false, dead, model('b')), detail(['one'], output('a', null)), t)).toEqual([
    { message: 'a: no answer: connection refused', expected: null, actual: null },
  ]);
});

test('without a reference there is nothing to compare, but the answer', () => {
  const [failure] = failuresOf(
    outcome(false, model('a', { quality: 1, pass: false })),
    detail([], output('a', 'x')),
    t,
  );
  expect(failure).toMatchObject({ expected: null, actual: 'x' });
});

test('where no answer is right, nothing is expected', () => {
  const question = { ...detail([], output('a', 'x')), unanswerable: true };
  const [failure] = failuresOf(outcome(false, model('a', { quality: 1, pass: false })), question, t);
  expect(failure).toMatchObject({ expected: '', actual: 'x' });
});

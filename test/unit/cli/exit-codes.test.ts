import { describe, expect, it } from 'vitest';
import { EXIT_CODES_HELP, exitCodeOfRun, type RunOutcome } from '../../../src/cli/exit-codes.ts';

function outcome(change: {
  modelErrors?: number;
  evaluatorErrors?: number;
  gates?: boolean[];
  skippedRows?: number;
  unusable?: number;
  state?: RunOutcome['state'];
}): RunOutcome {
  return {
    summary: {
      models: [{ errors: 0 }, { errors: change.modelErrors ?? 0 }],
      evaluators: [{ errors: change.evaluatorErrors ?? 0 }],
      gates: (change.gates ?? []).map((pass) => ({ pass })),
    } as RunOutcome['summary'],
    skippedRows: change.skippedRows ?? 0,
    unusable: change.unusable ?? 0,
    state: change.state ?? 'done',
  };
}

describe('the exit status of a run', () => {
  it.each([
    [{}, 0],
    [{ gates: [true, true] }, 0],
    [{ modelErrors: 1 }, 1],
    [{ evaluatorErrors: 1 }, 1],
    [{ skippedRows: 1 }, 1],
    [{ unusable: 1 }, 1],
    [{ gates: [true, false] }, 3],
    // The highest that applies.
    [{ gates: [false], modelErrors: 3, skippedRows: 2 }, 3],
    [{ state: 'failed', gates: [false] }, 4],
    [{ state: 'cancelled', gates: [false], modelErrors: 3 }, 130],
  ] as const)('%j gives %i', (change, code) => {
    expect(exitCodeOfRun(outcome(change as Parameters<typeof outcome>[0]))).toBe(code);
  });

  it('names every code in the help', () => {
    for (const code of [0, 1, 2, 3, 4, 130]) expect(EXIT_CODES_HELP).toMatch(new RegExp(`^ {2}${code} `, 'm'));
  });
});

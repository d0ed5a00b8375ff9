import { type Config, type ConfigInput, configSchema } from '../../../src/core/config.ts';
import { FAILED, GOOD } from '../../../src/core/report/table.ts';
import type { Population } from '../../../src/core/simulation/population.ts';
import { Rng } from '../../../src/core/stats/rng.ts';

type Simulation = NonNullable<ConfigInput['simulation']>;

export function settingsOf(simulation: Simulation = {}, reward: ConfigInput['reward'] = {}): Config {
  return configSchema.parse({
    prompts: ['x'],
    models: [{ id: 'm', provider: 'recorded', file: 'f.jsonl' }],
    evaluators: [{ id: 'e', kind: 'lexical', metric: 'rougeL' }],
    simulation,
    reward,
  });
}

/** Scores as `scores[row][model][evaluator]`; null is a missing score, and for a whole answer a failed generation. */
export interface Shape {
  scores: ((number | null)[] | null)[][];
  modelCosts?: number[];
  evaluatorCosts?: number[];
  truth?: number[][];
  stakes?: { models?: number[]; evaluators?: number[] };
}

export function populationOf({ scores, modelCosts, evaluatorCosts, truth, stakes }: Shape): Population {
  const rows = scores.length;
  const models = scores[0]!.length;
  const evaluators = scores.flat().find((answer) => answer !== null)!.length;
  const costM = modelCosts ?? Array.from({ length: models }, (_, m) => 100 * (m + 1));
  const costE = evaluatorCosts ?? Array.from({ length: evaluators }, (_, e) => e + 1);
  const answers = scores.flat();
  const said = answers.flatMap((answer) => answer ?? new Array<null>(evaluators).fill(null));
  const hasSuccess = (m: number) => scores.some((row) => row[m] !== null);
  const node = (prefix: string, list: number[] | undefined) => (_: unknown, i: number) => {
    const id = `${prefix}${i}`;
    return { id, origin: id, stake: list?.[i] ?? 1 };
  };
  return {
    rows,
    models: costM.map(node('m', stakes?.models)),
    evaluators: costE.map(node('e', stakes?.evaluators)),
    state: Uint8Array.from(answers, (answer) => (answer === null ? FAILED : GOOD)),
    scores: Float64Array.from(said, (score) => score ?? Number.NaN),
    truth: truth ? Float64Array.from(truth.flat()) : new Float64Array(answers.length).fill(Number.NaN),
    modelCosts: Float64Array.from(answers, (_, cell) => costM[cell % models]!),
    evaluatorCosts: Float64Array.from(said, (_, at) => costE[at % evaluators]!),
    modelMeanCosts: Float64Array.from(costM, (cost, m) => (hasSuccess(m) ? cost : Number.NaN)),
    evaluatorMeanCosts: Float64Array.from(costE),
    gaps: {
      absent: 0,
      failed: answers.filter((answer) => answer === null).length,
      missingScores: answers.flatMap((answer) => answer ?? []).filter((score) => score === null).length,
    },
  };
}

/** Any population, all of it from the seed; with gaps unless told otherwise. */
export function randomShape(seed: number, { rows = 4, models = 3, evaluators = 4, gaps = true } = {}): Shape {
  const rng = Rng.stream(seed, 5);
  const score = () => rng.nextInt(101) / 10;
  return {
    scores: Array.from({ length: rows }, (_, r) =>
      Array.from({ length: models }, (_, m) =>
        gaps && r > 0 && rng.nextInt(8) === 0
          ? null
          : Array.from({ length: evaluators }, (_, e) =>
              gaps && r + m + e > 0 && rng.nextInt(8) === 0 ? null : score(),
            ),
      ),
    ),
    modelCosts: Array.from({ length: models }, () => 50 + rng.nextInt(300)),
    evaluatorCosts: Array.from({ length: evaluators }, () => 1 + rng.nextInt(30)),
    truth: Array.from({ length: rows }, () => Array.from({ length: models }, score)),
    stakes: {
      models: Array.from({ length: models }, () => 1 + rng.nextInt(5)),
      evaluators: Array.from({ length: evaluators }, () => 1 + rng.nextInt(5)),
    },
  };
}

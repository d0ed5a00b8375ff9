import { type Config, type ConfigInput, configSchema } from '../../../src/core/config.ts';
import { RunAccumulator } from '../../../src/core/report/accumulator.ts';
import type { RunSummary } from '../../../src/core/report/summary.ts';
import type { SampleInfo } from '../../../src/core/report/table.ts';
import type { GenerationRow, ScoreRow } from '../../../src/core/types.ts';
import type { Rows } from './reference.ts';

export const META = { run: 'r', path: '/r', state: 'done' } as const;

export function configOf(over: Partial<ConfigInput> & { modelIds?: string[] } = {}): Config {
  const { modelIds = ['a', 'b', 'c'], ...rest } = over;
  return configSchema.parse({
    prompts: ['x'],
    models: modelIds.map((id) => ({ id, provider: 'recorded', file: 'f.jsonl' })),
    evaluators: [
      { id: 'sts', kind: 'bi-encoder', model: 'bundled:sts' },
      { id: 'rouge', kind: 'lexical', metric: 'rougeL' },
      { id: 'chrf', kind: 'lexical', metric: 'chrf' },
    ],
    ...rest,
  });
}

export const sample = (id: string, over: Partial<SampleInfo> = {}): SampleInfo => ({
  id,
  task: null,
  group: null,
  references: ['red fox'],
  unanswerable: false,
  ...over,
});

export const answer = (sampleId: string, model: string, over: Partial<GenerationRow> = {}): GenerationRow => ({
  sample: sampleId,
  model,
  repeat: 0,
  ...(over.error === undefined ? { text: 'red fox' } : {}),
  latencyMs: 100,
  ttftMs: null,
  decodeMs: null,
  queueMs: null,
  inputTokens: 10,
  outputTokens: 5,
  device: 'recorded',
  reused: false,
  ...over,
});

export const score = (
  sampleId: string,
  model: string,
  evaluator: string,
  quality: number,
  latencyMs = 1,
): ScoreRow => ({
  sample: sampleId,
  model,
  repeat: 0,
  evaluator,
  raw: quality / 10,
  quality,
  latencyMs,
});

export function summarize(config: Config, rows: Rows, intervals = true): RunSummary {
  const accumulator = new RunAccumulator({ config, samples: rows.samples });
  for (const row of rows.generations) accumulator.addGeneration(row);
  for (const row of rows.scores) accumulator.addScore(row);
  return accumulator.summary({ ...META, intervals });
}

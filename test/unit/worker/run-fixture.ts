import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ConfigInput, configSchema } from '../../../src/core/config.ts';
import type { CheckRow, GenerationRow, Sample, ScoreRow } from '../../../src/core/types.ts';
import { type RunResult, runEvaluation } from '../../../src/node/run/engine.ts';
import {
  createRun,
  FORMAT,
  type RunFolder,
  type RunRecord,
  type RunWriter,
} from '../../../src/node/store/run-folder.ts';

/** Runs for the tests of those who read them: real ones of recorded models, and ones that a test writes row by row. */

export const jsonl = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export function put(root: string, name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

const LEXICAL: ConfigInput['evaluators'] = [
  { id: 'rouge', kind: 'lexical', metric: 'rougeL' },
  { id: 'chrf', kind: 'lexical', metric: 'chrf' },
];

export const context = (root: string) => ({
  root,
  env: () => undefined,
  places: { models: root, runner: root, cache: root },
});

export interface Recorded {
  /** Prompt files: name to rows. */
  prompts: Record<string, { id: string; prompt: string; reference?: string; task?: string }[]>;
  /** Answers by model and sample; a model has no answer to the others. */
  answers: Record<string, Record<string, { text: string; latencyMs: number }>>;
  config?: Partial<ConfigInput>;
  limit?: number;
  samples?: string[];
  files?: string[];
}

/** Runs recorded models for real. */
export function runRecorded(
  root: string,
  { prompts, answers, config = {}, ...selection }: Recorded,
): Promise<RunResult> {
  for (const [name, rows] of Object.entries(prompts)) put(root, name, jsonl(rows));
  const models = Object.entries(answers).map(([id, bySample]) => {
    put(root, `${id}.jsonl`, jsonl(Object.entries(bySample).map(([sample, answer]) => ({ sample, ...answer }))));
    return { id, provider: 'recorded' as const, file: `${id}.jsonl` };
  });
  const whole = configSchema.parse({ prompts: Object.keys(prompts), models, evaluators: LEXICAL, ...config });
  const workspace = { root, configFile: join(root, 'poq.config.json'), config: whole, diagnostics: [] };
  const signal = new AbortController().signal;
  return runEvaluation({ workspace, ...selection, signal, context: context(root) });
}

export function sampleOf(id: string, change: Partial<Sample> = {}): Sample {
  return {
    id,
    task: null,
    group: null,
    messages: [{ role: 'user', content: `Question ${id}?` }],
    references: [`answer ${id}`],
    unanswerable: false,
    tags: [],
    checks: [],
    options: {},
    requestedModel: null,
    source: { file: 'prompts.jsonl', line: 1 },
    ...change,
  };
}

export function generationOf(sample: string, model: string, change: Partial<GenerationRow> = {}): GenerationRow {
  const { error } = change;
  return {
    sample,
    model,
    repeat: 0,
    ...(error === undefined ? { text: `answer ${sample}` } : {}),
    latencyMs: 100,
    ttftMs: 10,
    decodeMs: 90,
    queueMs: 0,
    inputTokens: 5,
    outputTokens: 7,
    device: 'cpu',
    reused: false,
    ...change,
  };
}

export function scoreOf(sample: string, model: string, evaluator: string, quality: number): ScoreRow {
  return { sample, model, repeat: 0, evaluator, raw: quality / 10, quality, latencyMs: 1, compared: 'reference' };
}

export function checkOf(sample: string, model: string, check: string, pass: boolean): CheckRow {
  return { sample, model, repeat: 0, check, pass };
}

/** A run that the test itself writes, as the engine would: locked, in whole lines. */
export async function openWritten(
  root: string,
  samples: readonly Sample[],
  config: Partial<ConfigInput> = {},
  startedAt = new Date(),
): Promise<{ folder: RunFolder; writer: RunWriter; record: RunRecord; end(state: RunRecord['state']): void }> {
  const models = ['a', 'b'].map((id) => ({ id, provider: 'recorded' as const, file: `${id}.jsonl` }));
  const whole = configSchema.parse({ prompts: ['prompts.jsonl'], models, evaluators: LEXICAL, ...config });
  const folder = await createRun(root, startedAt, async (id, file) => {
    file.append(samples);
    return {
      format: FORMAT,
      id,
      state: 'running',
      startedAt: startedAt.toISOString(),
      finishedAt: null,
      resumedAt: [],
      config: whole,
      configFile: join(root, 'poq.config.json'),
      limit: null,
      reuse: false,
      samples: samples.length,
      files: [...new Set(samples.map(({ source }) => source.file))],
      hashes: { config: '', samples: '' },
      versions: { poq: '0.0.0' },
      machine: { system: 'linux x64', cpu: 'a cpu', cores: 2, memoryBytes: 4 * 2 ** 30 },
      nodes: {},
      seeds: { generation: 1 },
      diagnostics: [],
    };
  });
  const writer = folder.open();
  const record = folder.readRecord();
  return {
    folder,
    writer,
    record,
    end(state) {
      writer.writeRecord({ ...record, state, finishedAt: new Date().toISOString() });
      writer.close();
    },
  };
}

import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigInput, configSchema } from '../../../src/core/config.ts';
import type { RunSummary } from '../../../src/core/report/summary.ts';
import { installedPlaces } from '../../../src/node/installed-places.ts';
import { runEvaluation } from '../../../src/node/run/engine.ts';
import type { RunFolder } from '../../../src/node/store/run-folder.ts';

/** Workspaces on the disk whose models answer from files, and real runs of them. */

export interface RecordedModel {
  id: string;
  /** How many of the words of a reference the model gets right, in [0, 1]. */
  skill: number;
  /** Median latency in milliseconds. */
  latencyMs: number;
  /** Every n-th sample fails; none by default. */
  failsEvery?: number;
  /** Instead of the words that the skill makes. */
  answer?(sample: { id: string; reference: string }): string;
}

export interface WorkspaceOptions {
  samples?: number;
  models?: RecordedModel[];
  config?: Partial<Omit<ConfigInput, 'models'>>;
  /** Of every random choice. */
  seed?: number;
}

export const LADDER: RecordedModel[] = [
  { id: 'small', skill: 0.35, latencyMs: 95, failsEvery: 20 },
  { id: 'medium', skill: 0.75, latencyMs: 420 },
  { id: 'large', skill: 0.9, latencyMs: 1320 },
];

const WORDS = 'river town old market hall bridge north south stone green quiet early train letter winter garden'.split(
  ' ',
);

/** A new folder with prompts of two tasks, a config and the answers of its models. */
export function makeWorkspace(options: WorkspaceOptions = {}): string {
  const root = join(mkdtempSync(join(tmpdir(), 'poq-webview-')), 'quickstart');
  mkdirSync(root);
  writeWorkspace(root, options);
  return root;
}

/** The same in a folder that is there; prompts stay the same for the same seed, answers follow the models. */
export function writeWorkspace(
  root: string,
  { samples: count = 40, models = LADDER, config = {}, seed = 1 }: WorkspaceOptions = {},
): void {
  const random = randomFrom(seed);
  const samples = Array.from({ length: count }, (_, i) => {
    const reference = Array.from({ length: 4 + Math.floor(random() * 4) }, () => WORDS[Math.floor(random() * 16)]).join(
      ' ',
    );
    const task = i % 3 === 2 ? 'summarisation' : 'qa';
    return { id: `${task}/places.jsonl#${i}`, prompt: `Which words hide behind number ${i}?`, reference, task };
  });
  writeFileSync(join(root, 'prompts.jsonl'), jsonl(samples));
  for (const [m, model] of models.entries()) {
    const own = randomFrom(1000 * seed + m);
    const rows = samples.map((sample, i) => {
      const latencyMs = model.latencyMs * Math.exp(0.5 * (own() - 0.5));
      if (model.failsEvery && i % model.failsEvery === 3)
        return { sample: sample.id, error: 'out of memory', latencyMs };
      const words = sample.reference.split(' ').map((word) => (own() < model.skill ? word : 'something'));
      const text = model.answer?.(sample) ?? words.join(' ');
      const outputTokens = words.length + 2;
      return {
        sample: sample.id,
        text,
        latencyMs,
        ttftMs: latencyMs / 5,
        decodeMs: 0.8 * latencyMs,
        outputTokens,
        inputTokens: 12,
      };
    });
    writeFileSync(join(root, `answers-${m}.jsonl`), jsonl(rows));
  }
  const whole = {
    prompts: ['prompts.jsonl'],
    evaluators: [
      { id: 'rouge', kind: 'lexical', metric: 'rougeL' },
      { id: 'chrf', kind: 'lexical', metric: 'chrf' },
    ],
    reward: { models: { alpha: 1, beta: 0.5, cost: { of: 'latency', normalize: { budget: 2000 } } } },
    ...config,
    models: models.map(({ id }, m) => ({ id, provider: 'recorded', file: `answers-${m}.jsonl` })),
  };
  writeFileSync(join(root, 'poq.config.json'), JSON.stringify(whole));
}

export interface MadeRun {
  summary: RunSummary;
  folder: RunFolder;
  id: string;
}

/** Runs a workspace that `makeWorkspace` made. */
export async function run(root: string, change: { signal?: AbortSignal; limit?: number } = {}): Promise<MadeRun> {
  const configFile = join(root, 'poq.config.json');
  const config = configSchema.parse(JSON.parse(readFileSync(configFile, 'utf8')));
  const { summary, folder, record } = await runEvaluation({
    workspace: { root, configFile, config, diagnostics: [] },
    signal: change.signal ?? new AbortController().signal,
    limit: change.limit,
    context: { root, env: () => undefined, places: installedPlaces(process.env) },
  });
  return { summary, folder, id: record.id };
}

/** A finished run put back to its beginning, as if a process of this window were in the middle of it. */
export interface LiveRun {
  id: string;
  /** Adds the next rows: answers of this many samples (of all models), with their scores. */
  add(samples: number): void;
  /** Ends it as it was, or with another state. */
  end(state?: 'done' | 'cancelled' | 'failed'): void;
  /** The process that held it is gone, and said nothing. */
  die(): void;
}

export async function liveAgain({ folder }: MadeRun): Promise<LiveRun> {
  const record = folder.readRecord();
  const ids = [...new Set((await all(folder.samples(() => {}))).map(({ id }) => id))];
  const generations = await all(folder.generations(() => {}));
  const scores = await all(folder.scores(() => {}));
  for (const name of ['generations', 'scores']) writeFileSync(join(folder.path, `${name}.jsonl`), '');
  const writer = folder.open();
  writer.writeRecord({ ...record, state: 'running', finishedAt: null });
  let next = 0;
  return {
    id: folder.id,
    add: (samples) => {
      const now = new Set(ids.slice(next, next + samples));
      next += samples;
      writer.generations.append(generations.filter(({ sample }) => now.has(sample)));
      writer.scores.append(scores.filter(({ sample }) => now.has(sample)));
    },
    end: (state = 'done') => {
      writer.writeRecord({ ...record, state });
      writer.close();
    },
    die: () => {
      writer.close();
      // Longer ago than a run takes from its record to its lock.
      const past = new Date(Date.now() - 60_000);
      utimesSync(join(folder.path, 'run.json'), past, past);
    },
  };
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const jsonl = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A linear congruential generator, modulo 2^31. */
function randomFrom(seed: number): () => number {
  let state = (seed * 7919 + 17) % 2147483648;
  return () => {
    state = (1103515245 * state + 12345) % 2147483648;
    return state / 2147483648;
  };
}

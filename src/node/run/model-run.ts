import type { ModelConfig } from '../../core/config.ts';
import { runCheck } from '../../core/metrics/checks.ts';
import { resolveEnv } from '../../core/prompts/env.ts';
import type { CheckRow, GenerationRow, Sample } from '../../core/types.ts';
import {
  type GenerateOutcome,
  type GenerateRequest,
  type LoadedInfo,
  type ModelNode,
  ModelUnusableError,
} from '../ports.ts';
import { type Done, generationKey } from './done.ts';
import type { Hardware } from './hardware.ts';
import { generationHash } from './hash.ts';
import { forEachParallel } from './parallel.ts';
import type { Scorable } from './scorer.ts';

/** What one model's pass over the samples needs from the run, and what it tells the run. */
export interface ModelRunPorts {
  samples(): AsyncIterable<Sample>;
  options: GenerateRequest['options'];
  repeats: number;
  done: Done;
  hardware: Hardware;
  signal: AbortSignal;
  /** Value of an environment variable that prompt files may use. */
  env(name: string): string | undefined;
  /** Replaces secrets that an endpoint echoed. */
  redact(text: string): string;
  /** Successful generations of earlier runs by hash; empty unless reuse is on. */
  earlier: Map<string, GenerationRow>;
  identity: string | null;
  onLoading(message: string): void;
  onLoaded(info: LoadedInfo): void;
  onUnusable(error: string): void;
  onGeneration(row: GenerationRow, tookMs: number): void;
  onChecks(rows: CheckRow[]): void;
  score(batch: Scorable[]): Promise<void>;
  /** The evaluators' largest batch. */
  scoreBatch: number;
}

interface Job {
  sample: Sample;
  request: GenerateRequest;
  hash: string | null;
}

/** Texts that are handed to the evaluators together: enough for their batches to be worth sorting by length. */
const SCORED_TOGETHER = 64;
/** A slow model's answers are handed over sooner, in whole batches of the evaluators: people watch the run. */
const WATCHED_MS = 2000;

/** Lets one model answer every sample it has not answered yet, and hands the answers on to be scored. */
export async function runModel(config: ModelConfig, node: ModelNode, ports: ModelRunPorts): Promise<void> {
  const { done, hardware, signal } = ports;
  const local = node.lane === 'local';
  let loading: Promise<void> | undefined;
  let unusable: string | undefined;
  let toScore: Scorable[] = [];
  let handingOver: Promise<void> = Promise.resolve();
  let handedOverAt = performance.now();

  /** Every worker waits for every batch: a model that went on meanwhile would pile up its answers in memory. */
  const handOver = (atLeast: number): Promise<void> => {
    if (toScore.length >= atLeast) {
      handedOverAt = performance.now();
      const batch = toScore;
      toScore = [];
      handingOver = handingOver.then(() => ports.score(batch));
    }
    return handingOver;
  };

  const enough = () => {
    const waited = performance.now() - handedOverAt;
    return waited < WATCHED_MS ? SCORED_TOGETHER : Math.min(SCORED_TOGETHER, ports.scoreBatch);
  };

  const finishSample = (sample: Sample, repeat: number, text: string) => {
    const key = { sample: sample.id, model: config.id, repeat };
    const stored = done.checkCount(generationKey(key));
    const checks = sample.checks.slice(stored).map((c) => ({ ...key, check: c.label, pass: runCheck(c, text) }));
    if (checks.length > 0) ports.onChecks(checks);
    toScore.push({ sample, model: config.id, repeat, text });
  };

  const settle = (job: Job, row: GenerationRow, tookMs: number) => {
    ports.onGeneration(row, tookMs);
    if (row.text !== undefined) finishSample(job.sample, job.request.repeat, row.text);
  };

  /** Loads once, with this machine for itself when the model is local. */
  const load = () => {
    const work = async () => ports.onLoaded(await node.load(signal, ports.onLoading));
    loading ??= local ? hardware.alone(work) : work();
    return loading;
  };

  const generate = async (jobs: Job[]): Promise<GenerateOutcome[]> => {
    let requests: GenerateRequest[];
    try {
      requests = jobs.map((job) => withEnvironment(job.request, ports.env));
    } catch (error) {
      return jobs.map(() => failedWithoutTrying((error as Error).message));
    }
    if (unusable === undefined) {
      try {
        await load();
        const work = (waitedMs: number) =>
          node.generate(requests, signal).then((all) => all.map((o) => addQueue(o, waitedMs)));
        return await (local ? hardware.share(work) : work(0));
      } catch (error) {
        if (!(error instanceof ModelUnusableError)) throw error;
        if (unusable === undefined) ports.onUnusable(error.message);
        unusable = error.message;
      }
    }
    return jobs.map(() => failedWithoutTrying(unusable as string));
  };

  const runJobs = async (jobs: Job[]) => {
    signal.throwIfAborted();
    const start = performance.now();
    const outcomes = await generate(jobs);
    const tookMs = (performance.now() - start) / jobs.length / node.concurrency;
    outcomes.forEach((outcome, i) => {
      const job = jobs[i] as Job;
      settle(job, toRow(job, config.id, outcome, ports.redact), tookMs);
    });
    await handOver(enough());
  };

  /** The generations that are missing, in batches; on its way it settles what is there already. */
  async function* missing(): AsyncGenerator<Job[], void, undefined> {
    let batch: Job[] = [];
    for await (const sample of ports.samples()) {
      for (let repeat = 0; repeat < ports.repeats; repeat++) {
        const key = generationKey({ sample: sample.id, model: config.id, repeat });
        if (done.hasGeneration(key)) {
          const text = done.text(key);
          if (text !== undefined) finishSample(sample, repeat, text);
          await handOver(enough());
          continue;
        }
        const options = { ...ports.options, ...sample.options };
        const request = { sampleId: sample.id, messages: sample.messages, options, repeat };
        const job = { sample, request, hash: generationHash(ports.identity, request) };
        const earlier = job.hash === null ? undefined : ports.earlier.get(job.hash);
        if (earlier) {
          settle(job, { ...earlier, sample: sample.id, model: config.id, repeat, reused: true }, 0);
          await handOver(enough());
          continue;
        }
        const first = batch[0];
        if (first && JSON.stringify(first.request.options) !== JSON.stringify(options)) {
          yield batch;
          batch = [];
        }
        batch.push(job);
        if (batch.length === node.batchSize) {
          yield batch;
          batch = [];
        }
      }
    }
    if (batch.length > 0) yield batch;
  }

  await forEachParallel(missing(), node.concurrency, runJobs);
  await handOver(1);
}

function withEnvironment(request: GenerateRequest, env: (name: string) => string | undefined): GenerateRequest {
  return { ...request, messages: resolveEnv(request.messages, env) };
}

function addQueue(outcome: GenerateOutcome, waitedMs: number): GenerateOutcome {
  return waitedMs < 1 ? outcome : { ...outcome, queueMs: (outcome.queueMs ?? 0) + waitedMs };
}

function failedWithoutTrying(error: string): GenerateOutcome {
  const unknown = { latencyMs: null, ttftMs: null, decodeMs: null, queueMs: null };
  return { ...unknown, inputTokens: null, outputTokens: null, device: null, error };
}

function toRow(job: Job, model: string, outcome: GenerateOutcome, redact: (text: string) => string): GenerationRow {
  const { text, error, batchSize, ...rest } = outcome;
  return {
    sample: job.sample.id,
    model,
    repeat: job.request.repeat,
    ...(error === undefined ? { text: redact(text as string) } : { error: redact(error) }),
    ...rest,
    reused: false,
    ...(batchSize !== undefined && batchSize > 1 && { batchSize }),
    ...(job.hash !== null && { hash: job.hash }),
  };
}

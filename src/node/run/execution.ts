import type { Config, ModelConfig } from '../../core/config.ts';
import type { NodeContext } from '../nodes.ts';
import { type EvaluatorNode, type ModelNode, ModelUnusableError } from '../ports.ts';
import { createRedactor } from '../redact.ts';
import type { RunFolder, RunRecord } from '../store/run-folder.ts';
import { Hardware } from './hardware.ts';
import { modelIdentity } from './hash.ts';
import { runModel } from './model-run.ts';
import { earlierGenerations } from './reuse.ts';
import type { RunLog } from './run-log.ts';
import { Scorer } from './scorer.ts';

export interface Nodes {
  models: Map<string, ModelNode>;
  evaluators: Map<string, EvaluatorNode>;
}

/**
 * Lets every model answer and every evaluator score what a run still lacks. Models of one lane compete for the same
 * hardware and take turns; lanes go on at the same time. The first failure stops everything.
 */
export async function executeNodes(
  folder: RunFolder,
  record: RunRecord,
  nodes: Nodes,
  log: RunLog,
  context: NodeContext,
  cancelled: AbortSignal,
): Promise<void> {
  const { config } = record;
  const failed = new AbortController();
  const signal = AbortSignal.any([cancelled, failed.signal]);
  const hardware = new Hardware();
  const scorer = new Scorer(config, nodes.evaluators, hardware, log.done, signal, {
    rows: (evaluator, rows, units, tookMs) => log.scores(evaluator, rows, units, tookMs),
    load: loadOnce(log, signal),
    unusable: (evaluator, error) => log.cannotUse(evaluator, error),
  });
  const earlier = record.reuse ? await earlierGenerations(folder.root, folder) : new Map();
  const { repeats, ...options } = config.generation;
  const redact = createRedactor(secretsOf(config, context));

  const runOne = async (model: ModelConfig) => {
    const node = nodes.models.get(model.id) as ModelNode;
    await runModel(model, node, {
      samples: () => folder.samples(() => {}),
      options,
      repeats,
      done: log.done,
      hardware,
      signal,
      env: context.env,
      redact,
      earlier,
      identity: modelIdentity(model, folder.root),
      onLoading: (message) => log.loading(model.id, message),
      onLoaded: (info) => log.loaded(model.id, info),
      onUnusable: (error) => log.cannotUse(model.id, error),
      onGeneration: (row, tookMs) => log.generation(row, tookMs),
      onChecks: (rows) => log.checks(rows),
      score: (batch) => scorer.push(batch),
      scoreBatch: Math.max(...config.evaluators.map((e) => (e.kind === 'lexical' ? 1 : e.batchSize))),
    });
    // A local model's memory is given back before the next one is loaded.
    await node.close();
  };

  const failures: unknown[] = [];
  const runLane = async (lane: ModelConfig[]) => {
    try {
      for (const model of lane) await runOne(model);
    } catch (error) {
      failures.push(error);
      failed.abort(error);
    }
  };
  await Promise.all(lanesOf(config, nodes).map(runLane));
  await scorer.finish().catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  await noteWarnings(folder, record, nodes, log, signal);
}

/** Whether a run has every sample of the prompt files. */
function isWhole({ limit, scope }: RunRecord): boolean {
  return limit === null && !scope?.files && !scope?.samples;
}

function loadOnce(log: RunLog, signal: AbortSignal): (node: EvaluatorNode) => Promise<void> {
  const loaded = new Set<EvaluatorNode>();
  return async (node) => {
    if (loaded.has(node)) return;
    log.loaded(node.id, await node.load(signal, (message) => log.loading(node.id, message)));
    loaded.add(node);
  };
}

function lanesOf(config: Config, nodes: Nodes): ModelConfig[][] {
  const lanes = new Map<string, ModelConfig[]>();
  for (const model of config.models) {
    const { lane } = nodes.models.get(model.id) as ModelNode;
    lanes.set(lane, [...(lanes.get(lane) ?? []), model]);
  }
  return [...lanes.values()];
}

/**
 * What models found out about their own files, such as recorded answers that no sample asked for. Said of a resumed
 * run too in which the model had nothing left to do; one that cannot be used any more has failures to show already.
 */
async function noteWarnings(
  folder: RunFolder,
  record: RunRecord,
  nodes: Nodes,
  log: RunLog,
  signal: AbortSignal,
): Promise<void> {
  const talkative = [...nodes.models.values()].filter((node) => node.warnings && !log.unusable.has(node.id));
  if (talkative.length === 0) return;
  const samples = new Set<string>();
  for await (const sample of folder.samples(() => {})) samples.add(sample.id);
  for (const node of talkative) {
    try {
      await node.load(signal);
    } catch (error) {
      if (!(error instanceof ModelUnusableError)) throw error;
      log.cannotUse(node.id, error.message);
      continue;
    }
    for (const diagnostic of node.warnings?.(isWhole(record) ? samples : null) ?? []) log.diagnostic(diagnostic);
  }
}

/** Values that must never be stored: keys, and what prompt files read from the environment. */
function secretsOf(config: Config, { env, storedKey }: NodeContext): string[] {
  const names = [
    ...config.env,
    ...config.models.flatMap((m) => (m.provider === 'openai' && m.apiKey ? [m.apiKey.env] : [])),
  ];
  const stored = config.models.flatMap((m) => (m.provider === 'openai' ? (storedKey?.(m) ?? []) : []));
  return [...names.flatMap((name) => env(name) ?? []), ...stored];
}

import type { Config, ModelConfig } from '../../core/config.ts';
import { needsReference } from '../../core/evaluators.ts';
import type { RunAccumulator } from '../../core/report/accumulator.ts';
import type { RunSummary } from '../../core/report/summary.ts';
import type { ScoreRow } from '../../core/types.ts';
import { checkKeys, type Workspace } from '../config-file.ts';
import { createEvaluatorNode, createModelNode, type NodeContext } from '../nodes.ts';
import type { EvaluatorNode, LoadedInfo, ModelNode } from '../ports.ts';
import { createRedactor } from '../redact.ts';
import type { RunFolder, RunRecord, RunWriter } from '../store/run-folder.ts';
import { Done } from './done.ts';
import type { RunEvent } from './events.ts';
import { Hardware } from './hardware.ts';
import { modelIdentity } from './hash.ts';
import { runModel } from './model-run.ts';
import { type Selection, selectModels, startRun } from './prepare.ts';
import { ProgressMeter } from './progress.ts';
import { accumulatorOf, rebuildSummary, summarize } from './rebuild.ts';
import { earlierGenerations } from './reuse.ts';
import { Scorer } from './scorer.ts';

interface ExecuteOptions {
  signal: AbortSignal;
  onEvent?: (event: RunEvent) => void;
  context: NodeContext;
}

export interface RunOptions extends ExecuteOptions, Selection {
  workspace: Workspace;
}

export interface ResumeOptions extends ExecuteOptions {
  folder: RunFolder;
  /** Do failed generations and scores again. */
  retryErrors?: boolean;
}

export interface RunResult {
  summary: RunSummary;
  folder: RunFolder;
  record: RunRecord;
  /** `failed`: no model could be used at all. */
  state: 'done' | 'cancelled' | 'failed';
  /** Models and evaluators that could not be used, with the reason. */
  unusable: Map<string, string>;
}

/**
 * Reads the prompt files, lets every model answer, every evaluator score, and stores all of it in a new run folder.
 * @throws InputError when nothing can be run, CannotFinishError when the disk or a lock stops it; what is complete
 * is stored then. Cancelling by the signal is no error: the result's state says so.
 */
export async function runEvaluation(options: RunOptions): Promise<RunResult> {
  const config = selectModels(options.workspace.config, options.models);
  checkKeys(options.workspace, options.context.env, options.models);
  const nodes = createNodes(config, options.context); // before anything is stored: a missing key is an input error
  const folder = await startRun({ ...options.workspace, config }, options, options.signal);
  return execute(folder, nodes, options, { resumed: false, retryErrors: false });
}

/** Goes on with a run: does what is missing, with the config and the samples that the run was started with. */
export async function resumeEvaluation(options: ResumeOptions): Promise<RunResult> {
  const { folder, retryErrors = false } = options;
  const record = folder.readRecord();
  if (record.state === 'done' && !retryErrors) {
    return { summary: await rebuildSummary(folder), folder, record, state: 'done', unusable: new Map() };
  }
  return execute(folder, createNodes(record.config, options.context), options, { resumed: true, retryErrors });
}

interface Nodes {
  models: Map<string, ModelNode>;
  evaluators: Map<string, EvaluatorNode>;
}

/** @throws InputError when a model lacks something that only the user can give, such as its key. */
function createNodes(config: Config, context: NodeContext): Nodes {
  return {
    models: new Map(config.models.map((m) => [m.id, createModelNode(m, context, config.concurrency)])),
    evaluators: new Map(config.evaluators.map((e) => [e.id, createEvaluatorNode(e, context)])),
  };
}

interface HowToStart {
  resumed: boolean;
  retryErrors: boolean;
}

async function execute(folder: RunFolder, nodes: Nodes, options: ExecuteOptions, how: HowToStart): Promise<RunResult> {
  const record = folder.readRecord();
  const writer = folder.open();
  try {
    return await new Execution(folder, record, writer, nodes, options).run(how);
  } finally {
    await Promise.allSettled([...nodes.models.values(), ...nodes.evaluators.values()].map((node) => node.close()));
    writer.close();
  }
}

class Execution {
  private readonly config: Config;
  private readonly internal = new AbortController();
  private readonly signal: AbortSignal;
  private readonly emit: (event: RunEvent) => void;
  private readonly meter = new ProgressMeter();
  private readonly hardware = new Hardware();
  private readonly unusable = new Map<string, string>();
  /** Samples that reference-based evaluators skip. */
  private readonly withoutReference = new Set<string>();
  private accumulator!: RunAccumulator;

  constructor(
    private readonly folder: RunFolder,
    private readonly record: RunRecord,
    private readonly writer: RunWriter,
    private readonly nodes: Nodes,
    private readonly options: ExecuteOptions,
  ) {
    this.config = record.config;
    this.signal = AbortSignal.any([options.signal, this.internal.signal]);
    this.emit = options.onEvent ?? (() => {});
  }

  async run({ resumed, retryErrors }: HowToStart): Promise<RunResult> {
    const { config, record } = this;
    if (resumed) record.resumedAt.push(new Date().toISOString());
    record.state = 'running';
    this.writer.writeRecord(record);
    this.accumulator = await accumulatorOf(this.folder, config);
    const done = await Done.read(this.folder, config, retryErrors, {
      generation: (row) => this.accumulator.addGeneration(row),
      score: (row) => this.accumulator.addScore(row),
      check: (row) => this.accumulator.addCheck(row),
    });
    await this.expectWork(done);
    this.emit({
      type: 'started',
      run: record.id,
      path: this.folder.path,
      samples: record.samples,
      models: config.models.map((m) => m.id),
      evaluators: config.evaluators.map((e) => e.id),
    });
    for (const diagnostic of record.diagnostics) this.emit({ type: 'diagnostic', diagnostic });

    let state: RunResult['state'] = 'done';
    try {
      await this.runNodes(done);
      await this.noteNodeWarnings();
      if (config.models.every((m) => this.unusable.has(m.id))) state = 'failed';
    } catch (error) {
      if (!this.options.signal.aborted) {
        this.leave('failed');
        throw error;
      }
      state = 'cancelled';
    }
    this.writer.sync();
    record.state = state;
    record.finishedAt = new Date().toISOString();
    this.writer.writeRecord(record);
    const summary = summarize(this.accumulator, this.folder, record);
    this.writer.writeSummary(summary);
    this.emit({ type: 'finished', summary });
    return { summary, folder: this.folder, record, state, unusable: this.unusable };
  }

  /** Every lane at the same time; within a lane one model after the other, since they compete for the hardware. */
  private async runNodes(done: Done): Promise<void> {
    const { config, record, signal } = this;
    const { models, evaluators } = this.nodes;
    const loaded = new Set<EvaluatorNode>();
    const scorer = new Scorer(config, evaluators, this.hardware, done, signal, {
      rows: (id, rows, requested, tookMs) => this.onScores(id, rows, requested, tookMs),
      load: async (node) => {
        if (loaded.has(node)) return;
        this.onLoaded(node.id, await node.load(signal, (message) => this.onLoading(node.id, message)));
        loaded.add(node);
      },
      unusable: (id, error) => this.onUnusable(id, error),
    });
    const earlier = record.reuse ? await earlierGenerations(this.folder.root, this.folder) : new Map();
    const { repeats, ...generation } = config.generation;
    const secrets = secretsOf(config, this.options.context.env);

    const runOne = async (model: ModelConfig) => {
      const node = models.get(model.id) as ModelNode;
      await runModel(model, node, {
        samples: () => this.folder.samples(() => {}),
        options: generation,
        repeats,
        done,
        hardware: this.hardware,
        signal,
        env: this.options.context.env,
        redact: createRedactor(secrets),
        earlier,
        identity: modelIdentity(model, this.folder.root),
        onLoading: (message) => this.onLoading(model.id, message),
        onLoaded: (info) => this.onLoaded(model.id, info),
        onUnusable: (error) => this.onUnusable(model.id, error),
        onGeneration: (row, tookMs) => {
          this.writer.generations.append([row]);
          this.accumulator.addGeneration(row);
          this.meter.complete(model.id, 1, tookMs);
          if (row.error !== undefined) this.forgoScores(row.sample);
          this.emit({ type: 'generation', row });
          this.emit({ type: 'progress', progress: this.meter.report(`${model.id} answers`) });
        },
        onChecks: (rows) => {
          this.writer.checks.append(rows);
          for (const row of rows) {
            this.accumulator.addCheck(row);
            this.emit({ type: 'check', row });
          }
        },
        score: (batch) => scorer.push(batch),
      });
      // A local model's memory is given back before the next one is loaded.
      await node.close();
    };

    const lanes = new Map<string, ModelConfig[]>();
    for (const model of config.models) {
      const lane = (models.get(model.id) as ModelNode).lane;
      lanes.set(lane, [...(lanes.get(lane) ?? []), model]);
    }
    const failures: unknown[] = [];
    await Promise.all(
      [...lanes.values()].map(async (lane) => {
        try {
          for (const model of lane) await runOne(model);
        } catch (error) {
          failures.push(error);
          this.internal.abort(error);
        }
      }),
    );
    await scorer.finish().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  private onScores(evaluator: string, rows: ScoreRow[], requested: number, tookMs: number): void {
    this.writer.scores.append(rows);
    this.meter.complete(`evaluator ${evaluator}`, requested, tookMs);
    for (const row of rows) {
      this.accumulator.addScore(row);
      this.emit({ type: 'score', row });
    }
    this.writer.sync();
    const model = rows[0]?.model;
    this.emit({ type: 'progress', progress: this.meter.report(`${evaluator} scores ${model ?? ''}`.trim()) });
  }

  private onLoading(node: string, message: string): void {
    this.emit({ type: 'loading', node, message });
  }

  private onLoaded(node: string, info: LoadedInfo): void {
    this.record.nodes[node] = info;
    this.writer.writeRecord(this.record);
    this.emit({ type: 'loaded', node, info });
  }

  private onUnusable(node: string, error: string): void {
    this.unusable.set(node, error);
    this.emit({ type: 'unusable', node, error });
  }

  /**
   * What models found out about their own files, such as recorded answers that no sample asked for. Said of a resumed
   * run too in which the model had nothing left to do.
   */
  private async noteNodeWarnings(): Promise<void> {
    const known = new Set(this.record.diagnostics.map((d) => JSON.stringify(d)));
    const withWarnings = [...this.nodes.models.values()].filter((node) => node.warnings && !this.unusable.has(node.id));
    if (withWarnings.length === 0) return;
    const samples = this.record.limit === null ? await this.sampleIds() : null;
    for (const node of withWarnings) {
      await node.load(this.signal);
      for (const diagnostic of node.warnings?.(samples) ?? []) {
        if (known.has(JSON.stringify(diagnostic))) continue;
        this.record.diagnostics.push(diagnostic);
        this.emit({ type: 'diagnostic', diagnostic });
      }
    }
  }

  private async sampleIds(): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const sample of this.folder.samples(() => {})) ids.add(sample.id);
    return ids;
  }

  private async expectWork(done: Done): Promise<void> {
    const { models, evaluators, generation } = this.config;
    let samples = 0;
    for await (const sample of this.folder.samples(() => {})) {
      samples++;
      if (sample.references.length === 0) this.withoutReference.add(sample.id);
    }
    for (const m of models) this.meter.expect(m.id, samples * generation.repeats, done.generationCount(m.id));
    for (const e of evaluators) {
      const scored = needsReference(e) ? samples - this.withoutReference.size : samples;
      this.meter.expect(
        `evaluator ${e.id}`,
        scored * models.length * generation.repeats,
        done.scoreCount(e.id) + done.failedCount,
      );
    }
  }

  /** A failed generation is not scored. */
  private forgoScores(sample: string): void {
    for (const e of this.config.evaluators) {
      if (needsReference(e) && this.withoutReference.has(sample)) continue;
      this.meter.forgo(`evaluator ${e.id}`, 1);
    }
  }

  /** Notes how the run ended; when even that cannot be written, the rows are still there. */
  private leave(state: RunRecord['state']): void {
    try {
      this.record.state = state;
      this.writer.writeRecord(this.record);
    } catch {
      // The error that brought us here is the one to tell.
    }
  }
}

/** Values that must never be stored: keys, and what prompt files read from the environment. */
function secretsOf(config: Config, env: (name: string) => string | undefined): string[] {
  const names = [
    ...config.env,
    ...config.models.flatMap((m) => (m.provider === 'openai' && m.apiKey ? [m.apiKey.env] : [])),
  ];
  return names.flatMap((name) => env(name) ?? []);
}

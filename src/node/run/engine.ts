import type { Config } from '../../core/config.ts';
import type { RunSummary } from '../../core/report/summary.ts';
import type { RunEvent } from '../../protocol/run-events.ts';
import { checkKeys, type Workspace } from '../config-file.ts';
import { createEvaluatorNode, createModelNode, type NodeContext } from '../nodes.ts';
import type { RunFolder, RunRecord } from '../store/run-folder.ts';
import { executeNodes, type Nodes } from './execution.ts';
import { type Selection, selectModels, startRun } from './prepare.ts';
import { rebuildSummary } from './rebuild.ts';
import { RunLog } from './run-log.ts';

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
  checkKeys(options.workspace, options.context, options.models);
  const nodes = createNodes(config, options.context); // before anything is stored: a missing key is an input error
  const folder = await startRun({ ...options.workspace, config }, options, options.signal);
  return execute(folder, nodes, options, { resumed: false, retryErrors: false });
}

/** Goes on with a run: does what is missing, with the config and the samples that the run was started with. */
export async function resumeEvaluation(options: ResumeOptions): Promise<RunResult> {
  const { folder, retryErrors = false } = options;
  const record = folder.readRecord();
  if (record.state === 'done') {
    const summary = await rebuildSummary(folder);
    if (!(retryErrors && hasErrors(summary))) return { summary, folder, record, state: 'done', unusable: new Map() };
  }
  return execute(folder, createNodes(record.config, options.context), options, { resumed: true, retryErrors });
}

function hasErrors({ models, evaluators }: RunSummary): boolean {
  return [...models, ...evaluators].some(({ errors }) => errors > 0);
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

async function execute(
  folder: RunFolder,
  nodes: Nodes,
  { signal, onEvent = () => {}, context }: ExecuteOptions,
  { resumed, retryErrors }: HowToStart,
): Promise<RunResult> {
  const record = folder.readRecord();
  const writer = folder.open();
  try {
    if (resumed) record.resumedAt.push(new Date().toISOString());
    record.state = 'running';
    writer.writeRecord(record);
    const log = await RunLog.open(folder, record, writer, retryErrors, onEvent);
    const { unusable } = log;
    let state: RunResult['state'] = 'done';
    try {
      await executeNodes(folder, record, nodes, log, context, signal);
      if (record.config.models.every((m) => unusable.has(m.id))) state = 'failed';
    } catch (error) {
      if (!signal.aborted) {
        log.breakOff();
        throw error;
      }
      state = 'cancelled';
    }
    return { summary: log.finish(state), folder, record, state, unusable };
  } finally {
    await Promise.allSettled([...nodes.models.values(), ...nodes.evaluators.values()].map((node) => node.close()));
    writer.close();
  }
}

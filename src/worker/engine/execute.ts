import { relative } from 'node:path';
import type { Config } from '../../core/config.ts';
import type { Diagnostic } from '../../core/types.ts';
import { loadWorkspace, type Workspace } from '../../node/config-file.ts';
import { InputError } from '../../node/errors.ts';
import { cachedBytes, hubUses } from '../../node/hub-models.ts';
import type { NodeContext } from '../../node/node-context.ts';
import { type RunResult, resumeEvaluation, runEvaluation } from '../../node/run/engine.ts';
import { RunFolder } from '../../node/store/run-folder.ts';
import type { EngineApi, EngineHostApi, ResumeOrder, RunOrder, RunOutcome } from '../../protocol/engine.ts';
import type { Remote } from '../../protocol/rpc.ts';
import type { RunEvent } from '../../protocol/run-events.ts';
import { editorModels } from './editor-models.ts';
import { EventBatch } from './event-batch.ts';

type Host = Remote<EngineHostApi, EngineApi>;

/** What one execution needs beside its order. */
interface Session {
  host: Host;
  signal: AbortSignal;
  onEvent(event: RunEvent): void;
}

/** Does what `poq run` does, and tells how it ended. Never rejects. */
export async function executeOrder(
  order: RunOrder | ResumeOrder,
  host: Host,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const batch = new EventBatch((events) => void host.onEvents.asEvent(events));
  const resumed = 'path' in order;
  let path = resumed ? order.path : null;
  const onEvent = (event: RunEvent) => {
    if (event.type === 'started') path = event.path;
    batch.add(event);
  };
  try {
    const session = { host, signal, onEvent };
    const result = resumed ? await resume(order, session) : await run(order, session);
    return { state: result.state, path: result.folder.path, problems: problemsOf(result) };
  } catch (error) {
    if (signal.aborted) return { state: 'cancelled', path, problems: [] };
    if (error instanceof InputError) return { state: 'refused', path, problems: error.diagnostics.map(problemOf) };
    // For the log, should this process end: a fault of the program is told without its stack.
    console.error(error);
    // Without a folder nothing was run, whatever stopped it.
    return { state: path === null ? 'refused' : 'stopped', path, problems: [{ message: (error as Error).message }] };
  } finally {
    batch.flush();
  }
}

async function run(order: RunOrder, { host, signal, onEvent }: Session): Promise<RunResult> {
  const workspace = await workspaceOf(order);
  signal.throwIfAborted();
  refuseDownloads(workspace, order, order.scope.models);
  const context = contextOf(workspace.root, order, host);
  return runEvaluation({ workspace, ...order.scope, reuse: order.reuse, signal, onEvent, context });
}

async function resume(order: ResumeOrder, { host, signal, onEvent }: Session): Promise<RunResult> {
  const folder = new RunFolder(order.path);
  const { config, state } = folder.readRecord();
  if (state !== 'done' || order.retryErrors) refuseDownloads({ config }, order);
  const context = contextOf(folder.root, order, host);
  return resumeEvaluation({ folder, retryErrors: order.retryErrors, signal, onEvent, context });
}

async function workspaceOf({ root, configFile, config }: RunOrder): Promise<Workspace> {
  if (configFile !== null) return loadWorkspace(configFile, root);
  if (config === null) throw new InputError([{ severity: 'error', message: 'There is no config to run.' }]);
  return { root, configFile: null, config, diagnostics: [] };
}

function contextOf(root: string, order: RunOrder | ResumeOrder, host: Host): NodeContext {
  const keys = new Map(Object.entries(order.keys));
  return {
    root,
    places: order.places,
    env: (name) => process.env[name],
    storedKey: ({ id, baseUrl }) => {
      const kept = keys.get(id);
      return kept?.origin === new URL(baseUrl).origin ? kept.key : undefined;
    },
    mayDownload: (hub) => order.downloads.includes(hub),
    editorModels: editorModels(host),
  };
}

/** @throws InputError when a model would have to be fetched that the user was not asked about */
function refuseDownloads(
  workspace: { config: Config } & Partial<Workspace>,
  { places, downloads }: RunOrder | ResumeOrder,
  models?: readonly string[],
): void {
  const { config, configFile, root, lineOf } = workspace;
  const file = configFile && root ? relative(root, configFile) : undefined;
  const problems = hubUses(config, models).flatMap((use): Diagnostic[] => {
    if (downloads.includes(use.hub) || cachedBytes(places.cache, use) !== null) return [];
    const message = `${use.usedBy}: the model "${use.hub}" is not on this machine yet, and nothing is downloaded without your agreement: run again and agree to the download, or choose another model`;
    return [{ severity: 'error', file, line: file === undefined ? undefined : lineOf?.(use.path), message }];
  });
  if (problems.length > 0) throw new InputError(problems);
}

/** What the user should know of a run that came to its end: what could not be used, and what could not be read. */
function problemsOf({ unusable, record }: RunResult): RunOutcome['problems'] {
  const nodes = [...unusable].map(([node, error]) => ({ message: `${node}: ${error}` }));
  return [...nodes, ...record.diagnostics.filter((d) => d.severity === 'error').map(problemOf)];
}

function problemOf({ message, file, line }: Diagnostic): RunOutcome['problems'][number] {
  return { message, ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
}

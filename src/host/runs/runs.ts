import { basename } from 'node:path';
import { commands, type Disposable, EventEmitter, l10n, ProgressLocation, window, workspace } from 'vscode';
import type { Config } from '../../core/config.ts';
import type { EngineEvent, EngineHostApi, ResumeOrder, RunOrder, RunOutcome, RunScope } from '../../protocol/engine.ts';
import type { RunProgress } from '../../protocol/run-events.ts';
import type { ActiveRun, PoqFolder, RunRef, Runs, StartOptions } from '../ports.ts';
import { progressText } from '../text.ts';
import { askPermissions, type PreparationDeps, prepareRun } from './preparation.ts';
import { RunQueue } from './run-queue.ts';

/** The process that executes one run. `run` and `resume` never reject for what a user can mend. */
export interface Engine {
  run(order: RunOrder): Promise<RunOutcome>;
  resume(order: ResumeOrder): Promise<RunOutcome>;
  cancel(): void;
  dispose(): void;
}

export interface RunsDeps extends PreparationDeps {
  startEngine(host: Pick<EngineHostApi, 'onEvents'>): Engine;
}

/** A run from the moment it was asked for. */
class Activity implements ActiveRun {
  run: RunRef | null = null;
  progress: RunProgress | null = null;
  readonly cancellation = new AbortController();

  constructor(
    readonly folder: PoqFolder,
    readonly scope: RunScope,
    readonly isResumed = false,
  ) {}

  cancel(): void {
    this.cancellation.abort();
  }
}

/** Executes runs, one at a time, each in a process of its own. */
export function createRuns(deps: RunsDeps): Runs & Disposable {
  const changed = new EventEmitter<ActiveRun>();
  const ended = new EventEmitter<{ folder: PoqFolder; scope: RunScope; run: RunRef | null; outcome: RunOutcome }>();
  const active: Activity[] = [];
  const queue = new RunQueue();

  const notice = (activity: Activity, event: EngineEvent) => {
    if (event.type === 'started') {
      activity.run = { folder: activity.folder, id: event.run, path: event.path };
      changed.fire(activity);
    } else if (event.type === 'progress') {
      activity.progress = event.progress;
      changed.fire(activity);
    } else if (event.type === 'loading') {
      const label = `${event.node}: ${event.message}`;
      deps.messages.log.info(label);
      // A download may take long: how far it is, is what the run is at.
      activity.progress = { done: 0, total: 0, ...activity.progress, label, etaMs: null };
      changed.fire(activity);
    } else if (event.type === 'unusable') deps.messages.log.error(`${event.node}: ${event.error}`);
    else if (event.type === 'loaded') deps.messages.log.info(`${event.node}: ${event.info.device}`);
  };

  /** From the first event to the last, with the progress shown where it is wanted. */
  const execute = async (
    activity: Activity,
    options: StartOptions,
    work: (engine: Engine) => Promise<RunOutcome>,
  ): Promise<RunOutcome> => {
    const { signal } = activity.cancellation;
    const cancel = () => activity.cancel();
    options.signal?.addEventListener('abort', cancel, { once: true });
    if (options.signal?.aborted) activity.cancel();
    active.push(activity);
    void commands.executeCommand('setContext', 'poq.running', true);
    changed.fire(activity);
    try {
      const executed = await queue.add(async (): Promise<RunOutcome> => {
        const engine = deps.startEngine({
          onEvents: (events) => {
            for (const event of events) notice(activity, event);
          },
        });
        const stop = () => engine.cancel();
        signal.addEventListener('abort', stop, { once: true });
        try {
          return await work(engine);
        } catch (error) {
          // The process ended on the way: what it wrote is complete.
          const problems = [{ message: (error as Error).message }];
          return { state: 'stopped', path: activity.run?.path ?? null, problems };
        } finally {
          signal.removeEventListener('abort', stop);
          engine.dispose();
        }
      }, signal);
      const outcome: RunOutcome = executed ?? { state: 'cancelled', path: null, problems: [] };
      if (activity.run === null && outcome.path !== null)
        activity.run = { folder: activity.folder, id: basename(outcome.path), path: outcome.path };
      return outcome;
    } finally {
      options.signal?.removeEventListener('abort', cancel);
      active.splice(active.indexOf(activity), 1);
      void commands.executeCommand('setContext', 'poq.running', active.length > 0);
    }
  };

  const withProgress = async (
    activity: Activity,
    options: StartOptions,
    work: (engine: Engine) => Promise<RunOutcome>,
  ): Promise<RunOutcome> => {
    if (options.notify === false) return execute(activity, options, work);
    const location = ProgressLocation.Notification;
    const title = titleOf(activity.scope);
    return window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      if (queue.busy) progress.report({ message: l10n.t('waiting for the other run to end') });
      token.onCancellationRequested(() => activity.cancel());
      let shown = 0;
      const subscription = changed.event((run) => {
        if (run !== activity || !activity.progress) return;
        const { done, total } = activity.progress;
        const percent = total > 0 ? (100 * done) / total : 0;
        progress.report({ message: progressText(activity.progress), increment: Math.max(0, percent - shown) });
        shown = Math.max(shown, percent);
      });
      try {
        return await execute(activity, options, work);
      } finally {
        subscription.dispose();
      }
    });
  };

  const finish = async (activity: Activity, outcome: RunOutcome): Promise<RunOutcome> => {
    ended.fire({ folder: activity.folder, scope: activity.scope, run: activity.run, outcome });
    await tellOutcome(deps, activity, outcome);
    return outcome;
  };

  return {
    active,
    start: async (folder, scope, options = {}) => {
      if (!(await isTrusted(deps))) return undefined;
      const order = await prepareRun(deps, folder, scope);
      if (!order) return undefined;
      const activity = new Activity(folder, scope);
      return finish(activity, await withProgress(activity, options, (engine) => engine.run(order)));
    },
    resume: async (run) => {
      if (!(await isTrusted(deps))) return undefined;
      const config = await recordedConfig(deps, run);
      const permissions = config && (await askPermissions(deps, run.folder, config));
      if (!permissions) return undefined;
      const activity = new Activity(run.folder, {}, true);
      activity.run = run;
      const order = { ...permissions, path: run.path, retryErrors: false };
      return finish(activity, await withProgress(activity, {}, (engine) => engine.resume(order)));
    },
    onDidChange: changed.event,
    onDidEnd: ended.event,
    dispose: () => {
      for (const activity of active) activity.cancel();
      changed.dispose();
      ended.dispose();
    },
  };
}

/** Whoever asks for a run, and whatever the menus offer: none in a workspace that is not trusted. Tells the user. */
async function isTrusted({ messages }: RunsDeps): Promise<boolean> {
  if (workspace.isTrusted) return true;
  await messages.warning(l10n.t('This workspace is not trusted, so nothing of it is run and nothing is fetched.'), [
    { title: l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' },
  ]);
  return false;
}

function titleOf({ files, samples }: RunScope): string {
  if (samples)
    return samples.length === 1 ? l10n.t('PoQ: scoring a prompt') : l10n.t('PoQ: scoring {0} prompts', samples.length);
  if (files?.length === 1) return l10n.t('PoQ: scoring {0}', basename(files[0]!));
  return l10n.t('PoQ: running the evaluation');
}

/** The config that a stored run was started with. */
async function recordedConfig(deps: RunsDeps, run: RunRef): Promise<Config | undefined> {
  const { RunFolder } = await import('../../node/store/run-folder.ts');
  try {
    return new RunFolder(run.path).readRecord().config;
  } catch (error) {
    await deps.messages.error((error as Error).message);
    return undefined;
  }
}

async function tellOutcome({ messages }: RunsDeps, { run }: Activity, outcome: RunOutcome): Promise<void> {
  const [first, ...others] = outcome.problems;
  for (const { message, file, line } of outcome.problems)
    messages.log.warn(file === undefined ? message : `${file}${line === undefined ? '' : `:${line}`}: ${message}`);
  const details = { title: l10n.t('Show Log'), run: () => messages.log.show() };
  const resume = { title: l10n.t('Resume'), command: 'poq.resumeRun', args: [run] };
  const reason = first ? first.message : '';
  const more = others.length > 0 ? l10n.t(' ({0} more in the log)', others.length) : '';
  switch (outcome.state) {
    case 'done': {
      // What a file is to blame for is marked there; a model that could not be used is said nowhere else.
      const unusable = outcome.problems.find(({ file }) => file === undefined);
      if (unusable) await messages.warning(l10n.t('The run is done, without a part: {0}', unusable.message), [details]);
      return;
    }
    case 'cancelled':
      if (run !== null) await messages.info(l10n.t('The run was cancelled; what is complete is kept.'), [resume]);
      return;
    case 'failed':
      return messages.error(l10n.t('No model could be used. {0}{1}', reason, more), [details]);
    case 'refused':
      return messages.error(l10n.t('Nothing was run. {0}{1}', reason, more), [details]);
    case 'stopped':
      return messages.error(
        l10n.t('The run stopped. {0}{1}', reason, more),
        run === null ? [details] : [resume, details],
      );
  }
}

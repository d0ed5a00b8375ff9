import { existsSync } from 'node:fs';
import { gateSentence } from '../../core/report/render/sentences.ts';
import { evaluatorsTable, leaderboard, remarks } from '../../core/report/render/terminal.ts';
import { oneLine } from '../../core/report/render/visible.ts';
import { loadWorkspace } from '../../node/config-file.ts';
import { CannotFinishError, formatDiagnostic } from '../../node/errors.ts';
import { installedPlaces } from '../../node/installed-places.ts';
import type { NodeContext } from '../../node/node-context.ts';
import { type RunResult, resumeEvaluation, runEvaluation } from '../../node/run/engine.ts';
import { openRun } from '../../node/store/run-folder.ts';
import type { RunEvent } from '../../protocol/run-events.ts';
import { cancelOnSignals } from '../cancellation.ts';
import { EXIT, exitCodeOfRun } from '../exit-codes.ts';
import { writeHtmlReport } from '../html-report.ts';
import type { Output } from '../output.ts';
import { createProgressView, type ProgressView } from '../progress.ts';
import { resumeHint } from '../resume-hint.ts';
import { workspaceRoot } from '../workspace-root.ts';

export interface RunOptions {
  config?: string;
  models?: string[];
  limit?: number;
  resume?: string;
  retryErrors?: boolean;
  reuse?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** `poq run`: from a config, or from a run that was stopped, to a run folder, its tables and its exit status. */
export async function runCommand(options: RunOptions, output: Output): Promise<number> {
  const view = await createProgressView(output, options.quiet ?? false);
  let run: { id: string; path: string } | null = null;
  const tellHint = () => {
    if (run !== null && existsSync(run.path)) output.note(resumeHint(run.id, options.config));
  };
  const cancellation = cancelOnSignals(
    () => output.note('Stopping. Ctrl-C again ends at once.'),
    () => {
      view.stop();
      tellHint();
    },
  );
  try {
    const tellFailure = failureTeller(output);
    const alreadyTold = new Set<string>();
    const result = await evaluate(options, output, cancellation.signal, (event) => {
      if (event.type === 'started') run = { id: event.run, path: event.path };
      showEvent(event, output, view);
      tellFailure(event);
      if (event.type === 'diagnostic') alreadyTold.add(formatDiagnostic(event.diagnostic));
    });
    view.stop();
    return await tellResult(result, options, output, alreadyTold);
  } catch (error) {
    view.stop();
    if (!cancellation.signal.aborted) {
      tellHint();
      throw error;
    }
    if (run === null) output.note('Stopped before anything was run.');
    else tellHint();
    return EXIT.CANCELLED;
  } finally {
    cancellation.dispose();
  }
}

async function evaluate(
  options: RunOptions,
  output: Output,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<RunResult> {
  if (options.resume !== undefined) {
    const folder = openRun(workspaceRoot(options.config), options.resume);
    const context = nodeContext(folder.root);
    return resumeEvaluation({ folder, retryErrors: options.retryErrors, signal, onEvent, context });
  }
  const workspace = await loadWorkspace(options.config, process.cwd());
  for (const diagnostic of workspace.diagnostics) output.diagnostic(diagnostic);
  const { models, limit, reuse } = options;
  const context = nodeContext(workspace.root);
  return runEvaluation({ workspace, models, limit, reuse, signal, onEvent, context });
}

function nodeContext(root: string): NodeContext {
  return { root, env: (name) => process.env[name], places: installedPlaces(process.env) };
}

function showEvent(event: RunEvent, output: Output, view: ProgressView): void {
  switch (event.type) {
    case 'started':
      output.verboseNote(`Run ${event.run} in ${event.path}`);
      break;
    case 'loading':
      view.say(event.node, event.message);
      break;
    case 'loaded':
      output.verboseNote(`${oneLine(event.node)} runs on ${event.info.device}`);
      break;
    case 'unusable':
      output.error(`${event.node}: ${event.error}`);
      break;
    case 'diagnostic':
      output.diagnostic(event.diagnostic);
      break;
    case 'progress':
      view.update(event.progress);
      break;
  }
}

/** Failures of single samples, so many of each model and evaluator; with --verbose all of them. */
const MOST_FAILURES_TOLD = 3;

function failureTeller(output: Output): (event: RunEvent) => void {
  const told = new Map<string, number>();
  return (event) => {
    // What cannot be used at all has been told, and every sample of it says the same.
    if (event.type === 'unusable') told.set(event.node, Number.POSITIVE_INFINITY);
    if ((event.type !== 'generation' && event.type !== 'score') || event.row.error === undefined) return;
    const { model, sample, error } = event.row;
    const node = event.type === 'score' ? event.row.evaluator : model;
    const what = event.type === 'score' ? `sample ${sample} of ${model}` : `sample ${sample}`;
    const count = (told.get(node) ?? 0) + 1;
    told.set(node, count);
    if (count <= MOST_FAILURES_TOLD || (output.verbose && Number.isFinite(count)))
      output.error(oneLine(`${node}: ${what}: ${error}`));
    else if (count === MOST_FAILURES_TOLD + 1) output.note(oneLine(`${node}: --verbose shows further failures`));
  };
}

/**
 * Shows what came out, without the warnings that were told on the way, and writes report.html beside it. Resolves to
 * the exit status.
 */
async function tellResult(
  result: RunResult,
  options: RunOptions,
  output: Output,
  alreadyTold: ReadonlySet<string>,
): Promise<number> {
  const { summary, folder, state } = result;
  let exitCode: number = exitCodeOfRun({
    summary,
    skippedRows: result.record.diagnostics.filter((d) => d.severity === 'error').length,
    unusable: result.unusable.size,
    state,
  });
  let report: string | null = null;
  if (state !== 'cancelled') {
    try {
      report = await writeHtmlReport(folder, summary);
    } catch (error) {
      if (!(error instanceof CannotFinishError)) throw error;
      // The figures are there all the same.
      output.error(error.message);
      exitCode = EXIT.UNFINISHED;
    }
  }
  if (options.json) {
    for (const gate of summary.gates) if (!gate.pass) output.error(`gate failed: ${gateSentence(gate)}`);
    output.printJson(summary);
  } else if (state !== 'cancelled') {
    const look = { painter: output.paint, width: output.width };
    const sections = [
      leaderboard(summary, look),
      `${output.paint.bold('Evaluators')}\n${evaluatorsTable(summary, look)}`,
      remarks({ ...summary, warnings: summary.warnings.filter((text) => !alreadyTold.has(text)) }, look),
    ];
    output.print(`\n${sections.filter((section) => section !== '').join('\n\n')}\n`);
    output.print(`Run     ${folder.path}`);
    if (report !== null) output.print(`Report  ${report}`);
  }
  if (state === 'cancelled') output.note(resumeHint(summary.run, options.config));
  if (state === 'failed') output.error('No model could be used: see above for why.');
  return exitCode;
}

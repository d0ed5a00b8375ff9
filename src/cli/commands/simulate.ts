import { join, relative } from 'node:path';
import type { Config } from '../../core/config.ts';
import type { SweepAxis } from '../../core/config-simulation.ts';
import { type Advice, type AdvisorQuestion, advise } from '../../core/simulation/advisor.ts';
import { SimulationError } from '../../core/simulation/errors.ts';
import { exactSums } from '../../core/simulation/exact.ts';
import { buildPopulation, needsRun, type PopulationSource } from '../../core/simulation/population.ts';
import type { SimulationResult } from '../../core/simulation/result.ts';
import { simulation } from '../../core/simulation/simulate.ts';
import { type SweepResult, sweep, withSettings } from '../../core/simulation/sweep.ts';
import { loadWorkspace } from '../../node/config-file.ts';
import { InputError } from '../../node/errors.ts';
import { runPaced } from '../../node/simulation/paced.ts';
import { inputErrorOf, readMeasured } from '../../node/simulation/source.ts';
import { listRuns, openRun } from '../../node/store/run-folder.ts';
import { cancelOnSignals } from '../cancellation.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { createProgressView } from '../progress.ts';
import { adviceText, simulationTables, sweepTable } from '../simulation-tables.ts';

export interface SimulateOptions {
  config?: string;
  run?: string;
  rounds?: number;
  seed?: number;
  exact?: boolean;
  /** Options and their values, in place of the config's `sweep`. */
  sweep?: Record<string, SweepAxis>;
  malicious?: number;
  maxCapture: number;
  maxCost?: number;
  json?: boolean;
  quiet?: boolean;
}

/** What takes no longer needs no progress, and its first steps would foretell the rest badly. */
const SILENT_MS = 500;

interface Outcome {
  result: SimulationResult;
  swept: SweepResult | null;
  advice: Advice | null;
}

/** `poq simulate`: what a network of a run's models and evaluators, or of made-up ones, would pay. */
export async function simulateCommand(options: SimulateOptions, output: Output): Promise<number> {
  const workspace = await loadWorkspace(options.config, process.cwd());
  for (const diagnostic of workspace.diagnostics) output.diagnostic(diagnostic);
  const isRunNeeded = options.run !== undefined || needsRun(workspace.config.simulation);
  if (options.run === undefined && isRunNeeded && listRuns(workspace.root).length === 0) throw noRun(workspace.root);
  const folder = isRunNeeded ? openRun(workspace.root, options.run ?? 'latest') : null;
  const measured = folder && (await readMeasured(folder));
  const view = await createProgressView(output, options.quiet ?? false);
  const cancellation = cancelOnSignals(
    () => {},
    () => view.stop(),
  );
  try {
    const { rounds, seed } = options;
    const config = withSettings(workspace.config, {
      ...(rounds === undefined ? {} : { rounds }),
      ...(seed === undefined ? {} : { seed }),
    });
    const work = everything(config, measured, options);
    const started = performance.now();
    const outcome = await runPaced(work, cancellation.signal, (done) => {
      const elapsed = performance.now() - started;
      if (elapsed < SILENT_MS) return;
      const etaMs = done > 0 ? (elapsed * (1 - done)) / done : null;
      view.update({ label: 'simulating', done: Math.round(1000 * done), total: 1000, etaMs });
    });
    view.stop();
    if (outcome === null) return EXIT.CANCELLED;
    tell(outcome, options, output);
    return EXIT.DONE;
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    const configFile = relative(process.cwd(), workspace.configFile).replaceAll('\\', '/');
    throw inputErrorOf(error, { configFile, lineOf: workspace.lineOf, run: folder?.id });
  } finally {
    view.stop();
    cancellation.dispose();
  }
}

function noRun(root: string): InputError {
  const message =
    `There is no run in ${join(root, '.poq', 'runs')} yet to take measured data from. Make one with "poq run", or ` +
    'write made-up nodes of both kinds, "model" and "evaluator", into simulation.nodes.';
  return new InputError([{ severity: 'error', message }]);
}

/** The simulation, then the sweep, then the advice; yields the share of the work that is done. */
function* everything(
  config: Config,
  measured: PopulationSource['measured'],
  { exact: isExact = false, sweep: asked, malicious, maxCapture, maxCost }: SimulateOptions,
): Generator<number, Outcome> {
  const population = buildPopulation({ config, measured });
  const axes = asked ?? config.simulation.sweep;
  const isSwept = Object.keys(axes).length > 0;
  const parts = 1 + (isSwept ? 1 : 0) + (malicious === undefined ? 0 : 1);
  let part = 0;
  const scaled = function* <Result>(work: Generator<number, Result>): Generator<number, Result> {
    let step = work.next();
    while (!step.done) {
      yield (part + step.value) / parts;
      step = work.next();
    }
    part++;
    return step.value;
  };
  const result = yield* scaled(isExact ? exactSums(population, config) : simulation(population, config));
  const swept = isSwept ? yield* scaled(sweep({ config, measured, isExact }, axes)) : null;
  if (malicious === undefined) return { result, swept, advice: null };
  const question: AdvisorQuestion = { malicious, maxCapture, maxCost: maxCost ?? null };
  return { result, swept, advice: yield* scaled(advise(population, config, question)) };
}

function tell({ result, swept, advice }: Outcome, { json }: SimulateOptions, output: Output): void {
  if (json) {
    const { cells, axes, changes } = swept ?? {};
    output.printJson({ ...result, ...(swept ? { cells, axes, changes } : {}), ...(advice ? { advice } : {}) });
    return;
  }
  const sections = [simulationTables(result), swept ? sweepTable(swept) : '', advice ? adviceText(advice) : ''];
  output.print(sections.filter((section) => section !== '').join('\n\n'));
  for (const warning of result.warnings) output.warn(warning);
}

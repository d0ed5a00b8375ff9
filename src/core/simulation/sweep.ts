import { type Config, configSchema } from '../config.ts';
import { explain } from '../config-issues.ts';
import type { SweepAxis } from '../config-simulation.ts';
import { type KeyPath, valueAt } from '../config-text.ts';
import { SimulationError } from './errors.ts';
import { exactSums } from './exact.ts';
import { buildPopulation, type Population, type PopulationSource } from './population.ts';
import type { SimulatedNodeResult, SimulationResult } from './result.ts';
import { simulation } from './simulate.ts';

export interface SweepSource {
  config: Config;
  measured: PopulationSource['measured'];
  /** Sum exactly instead of drawing rounds. */
  isExact?: boolean;
}

/** One simulation of a sweep. */
export interface SweepCell {
  /** The value of every swept option. */
  settings: Record<string, unknown>;
  models: SweptNode[];
  evaluators: SweptNode[];
  consensus: SimulationResult['consensus'];
  attack: Pick<NonNullable<SimulationResult['attack']>, 'gain' | 'gainStderr' | 'captured'> | null;
  /** The model with the highest mean reward, by how much it leads, and the error of that lead. */
  winner: { id: string; lead: number; stderr: number | null } | null;
}

export interface SweptNode {
  id: string;
  reward: Pick<SimulatedNodeResult['reward'], 'mean' | 'stderr'>;
  normalized: number | null;
  payShare: number | null;
}

export interface SweepResult {
  axes: { option: string; values: unknown[] }[];
  /** The first axis changes slowest. */
  cells: SweepCell[];
  /** Neighbouring cells with different winners. */
  changes: {
    option: string;
    from: Record<string, unknown>;
    to: Record<string, unknown>;
    before: string;
    after: string;
  }[];
}

const MOST_CELLS = 100_000;

/**
 * Simulates every combination of the swept options, with the same seed. Yields the share of the work that is done.
 * @throws SimulationError
 */
export function* sweep(source: SweepSource, axes: Record<string, SweepAxis>): Generator<number, SweepResult> {
  const swept = Object.entries(axes).map(([option, axis]) => ({ option, values: valuesOf(axis) }));
  const total = swept.reduce((count, { values }) => count * values.length, 1);
  if (total > MOST_CELLS)
    throw new SimulationError(['simulation', 'sweep'], `makes ${total} cells; at most ${MOST_CELLS} are supported`);
  // All of them first: a wrong value is better told before the work than in the middle of it.
  const combinations = combine(swept).map((settings) => ({ settings, config: withSettings(source.config, settings) }));
  const cells: SweepCell[] = [];
  const made = { key: '', population: null as Population | null };
  for (const { settings, config } of combinations) {
    const key = populationKey(config);
    if (made.population === null || made.key !== key) {
      made.population = buildPopulation({ config, measured: source.measured });
      made.key = key;
    }
    const work = source.isExact ? exactSums(made.population, config) : simulation(made.population, config);
    let step = work.next();
    while (!step.done) {
      yield (cells.length + step.value) / total;
      step = work.next();
    }
    cells.push({ settings, ...cellOf(step.value) });
    yield cells.length / total;
  }
  return { axes: swept, cells, changes: changesOf(swept, cells) };
}

/** The config with some options set, checked anew. An option is named by its key, from `simulation` or from the top. */
export function withSettings(config: Config, settings: Record<string, unknown>): Config {
  const changed = JSON.parse(JSON.stringify(config)) as Config;
  for (const [option, value] of Object.entries(settings)) {
    for (const path of pathsOf(config, option)) {
      const parent = valueAt(changed, path.slice(0, -1)) as Record<string | number, unknown>;
      parent[path.at(-1)!] = value;
    }
  }
  const checked = configSchema.safeParse(changed);
  if (checked.success) return checked.data;
  const problem = checked.error.issues.flatMap((issue) => explain(issue, changed))[0]!;
  throw new SimulationError(problem.path, `${problem.message} (with ${JSON.stringify(settings)})`);
}

/** Both kinds of node have an alpha and a beta; swept by these names they have the same. */
const SHORT: Record<string, KeyPath[]> = Object.fromEntries(
  ['alpha', 'beta'].map((name) => [name, ['models', 'evaluators'].map((role) => ['reward', role, name])]),
);

function pathsOf(config: Config, option: string): KeyPath[] {
  if (Object.hasOwn(SHORT, option)) return SHORT[option]!;
  const parts = option.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  const path = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  for (const full of [['simulation', ...path], path]) {
    const isOption = full[0] === 'simulation' || full[0] === 'reward';
    if (isOption && full.length > 1 && valueAt(config, full) !== undefined) return [full];
  }
  throw new SimulationError(
    ['simulation', 'sweep', option],
    'there is no such option with a value; name one by its key, such as k, beta, consensus, attacks[0].share or reward.models.beta',
  );
}

function valuesOf(axis: SweepAxis): unknown[] {
  if (Array.isArray(axis)) return axis;
  const { from, to, steps } = axis;
  // Rounded, so that 0.1 + 0.2 is told as 0.3.
  return Array.from({ length: steps }, (_, i) => Number((from + ((to - from) * i) / (steps - 1)).toPrecision(12)));
}

function combine(axes: SweepResult['axes']): Record<string, unknown>[] {
  const [first, ...rest] = axes;
  if (!first) return [{}];
  return first.values.flatMap((value) => combine(rest).map((others) => ({ [first.option]: value, ...others })));
}

/** What the population depends on. */
function populationKey({ simulation: s, reward }: Config): string {
  return JSON.stringify([s.nodes, s.samples, s.seed, reward.models.cost.of, reward.evaluators.cost.of]);
}

function cellOf({ models, evaluators, consensus, attack }: SimulationResult): Omit<SweepCell, 'settings'> {
  const brief = ({ id, reward: { mean, stderr }, normalized, payShare }: SimulatedNodeResult): SweptNode => ({
    id,
    reward: { mean, stderr },
    normalized,
    payShare,
  });
  return {
    models: models.map(brief),
    evaluators: evaluators.map(brief),
    consensus,
    attack: attack && { gain: attack.gain, gainStderr: attack.gainStderr, captured: attack.captured },
    winner: winnerOf(models),
  };
}

function winnerOf(models: readonly SimulatedNodeResult[]): SweepCell['winner'] {
  const known = models.filter(({ reward }) => reward.mean !== null);
  const [first, second] = known.sort((a, b) => b.reward.mean! - a.reward.mean!);
  if (!first || !second) return null;
  const errors = [first, second].map(({ reward }) => reward.stderr);
  return {
    id: first.id,
    lead: first.reward.mean! - second.reward.mean!,
    stderr: errors.includes(null) ? null : Math.hypot(errors[0]!, errors[1]!),
  };
}

function changesOf(axes: SweepResult['axes'], cells: SweepCell[]): SweepResult['changes'] {
  const changes: SweepResult['changes'] = [];
  for (const [a, { option, values }] of axes.entries()) {
    const stride = axes.slice(a + 1).reduce((count, axis) => count * axis.values.length, 1);
    for (const [i, cell] of cells.entries()) {
      const isLast = Math.floor(i / stride) % values.length === values.length - 1;
      const next = isLast ? undefined : cells[i + stride];
      if (!next?.winner || !cell.winner || next.winner.id === cell.winner.id) continue;
      changes.push({
        option,
        from: cell.settings,
        to: next.settings,
        before: cell.winner.id,
        after: next.winner.id,
      });
    }
  }
  return changes;
}

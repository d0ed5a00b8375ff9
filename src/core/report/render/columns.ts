import { own } from '../../own.ts';
import type { Estimate, EvaluatorSummary, ModelSummary, RunSummary } from '../summary.ts';
import { count, decimalsFor, digits3, duration, fixed, plusMinus, quality, range, UNKNOWN } from './format.ts';
import { oneLine } from './visible.ts';

/** What the tables show, decided once for the terminal, Markdown and HTML. */

export interface Cell {
  text: string;
  /** An interval, shown smaller beside the figure. */
  aside?: string;
  tone?: 'strong' | 'bad' | 'good' | 'dim';
}

export interface Column<Row> {
  key: string;
  title: string;
  /** For narrow tables. */
  short: string;
  numeric: boolean;
  /** Dropped from a narrow table in this order, the highest first; 0 is never dropped. */
  drop: number;
  cell(row: Row): Cell;
}

export interface RankedModel {
  /** Null for a model without a successful generation. */
  rank: number | null;
  model: ModelSummary;
}

export const succeeded = (m: ModelSummary): boolean => m.samples > m.errors;

export function ranked(summary: RunSummary): RankedModel[] {
  return summary.models.map((model, i) => ({ rank: succeeded(model) ? i + 1 : null, model }));
}

const column = <Row>(
  key: string,
  [title, short]: [string, string],
  drop: number,
  cell: (row: Row) => Cell | string,
  numeric = true,
): Column<Row> => ({
  key,
  title,
  short,
  numeric,
  drop,
  cell: (row) => {
    const made = cell(row);
    return typeof made === 'string' ? { text: made } : made;
  },
});

const estimateCell = (e: Estimate, decimals: number, tone?: Cell['tone']): Cell =>
  e.mean === null
    ? { text: UNKNOWN, tone: 'dim' }
    : { text: fixed(e.mean, decimals), aside: e.low === null ? '' : range(e, decimals), tone };

const qualityCell = (e: Estimate): Cell =>
  e.mean === null ? { text: UNKNOWN, tone: 'dim' } : { text: quality(e.mean), aside: plusMinus(e) };

const errorCell = (errors: number): Cell => ({ text: count(errors), tone: errors > 0 ? 'bad' : undefined });

/** Columns of which no row has a value are left out, but for those that every reader looks for. */
const ESSENTIAL = new Set(['rank', 'model', 'evaluator', 'kind', 'reward', 'quality', 'p50', 'p95', 'errors']);

function withData<Row>(columns: Column<Row>[], rows: Row[]): Column<Row>[] {
  return columns.filter((c) => ESSENTIAL.has(c.key) || rows.some((row) => c.cell(row).text !== UNKNOWN));
}

export function leaderboardColumns(summary: RunSummary): Column<RankedModel>[] {
  const rows = ranked(summary);
  const rewardDecimals = decimalsFor(summary.models.map((m) => m.reward));
  const per1000 = (x: number | null) => (x === null ? UNKNOWN : digits3(x * 1000));
  const columns: Column<RankedModel>[] = [
    column('rank', ['#', '#'], 0, (r) => (r.rank === null ? UNKNOWN : String(r.rank))),
    column('model', ['Model', 'Model'], 0, (r) => oneLine(r.model.id), false),
    column('reward', ['Reward', 'Reward'], 0, (r) => estimateCell(r.model.reward, rewardDecimals, 'strong')),
    column('quality', ['Quality', 'Quality'], 0, (r) => qualityCell(r.model.quality)),
    column('truth', ['Truth F1', 'F1'], 2, (r) => quality(r.model.truth.f1)),
    column('p50', ['p50', 'p50'], 1, (r) => duration(r.model.latencyMs.p50)),
    column('p95', ['p95', 'p95'], 3, (r) => duration(r.model.latencyMs.p95)),
    column('ttft', ['First token', '1st token'], 7, (r) => duration(r.model.ttftMs.p50)),
    column('speed', ['Tokens/s', 'Tok/s'], 6, (r) => digits3(r.model.tokensPerSecond)),
    column('qualityPerMs', ['Quality per ms', 'Q/ms'], 5, (r) => digits3(r.model.qualityPerMs)),
    column('cost', ['Cost', 'Cost'], 4, (r) => fixed(r.model.normalizedCost, 2)),
    column('tokens', ['Tokens per answer', 'Tokens'], 9, (r) => digits3(r.model.cost.tokens)),
    column('money', ['Money per 1,000', 'Money/1k'], 8, (r) => per1000(r.model.cost.money)),
    column('energy', ['Joules per answer', 'Joules'], 8, (r) => digits3(r.model.cost.energy)),
    column('checks', ['Checks', 'Checks'], 4, (r) => checksCell(r.model)),
    column('errors', ['Errors', 'Err'], 1, (r) => errorCell(r.model.errors)),
  ];
  return withData(columns, rows);
}

function checksCell({ checks }: ModelSummary): Cell {
  if (checks.total === 0) return { text: UNKNOWN, tone: 'dim' };
  const tone = checks.passed < checks.total ? 'bad' : undefined;
  return { text: `${count(checks.passed)}/${count(checks.total)}`, tone };
}

/** What the references say of each model: truth and lexical metrics, all on [0, 10]. */
export function referenceColumns(summary: RunSummary): Column<RankedModel>[] {
  const columns: Column<RankedModel>[] = [
    column('model', ['Model', 'Model'], 0, (r) => oneLine(r.model.id), false),
    column('f1', ['Token F1', 'F1'], 0, (r) => quality(r.model.truth.f1)),
    column('exact', ['Exact match', 'Exact'], 0, (r) => quality(r.model.truth.exact)),
    column('rougeL', ['ROUGE-L', 'ROUGE-L'], 0, (r) => quality(r.model.metrics.rougeL)),
    column('chrf', ['chrF', 'chrF'], 0, (r) => quality(r.model.metrics.chrf)),
  ];
  return withData(columns, ranked(summary));
}

export function evaluatorColumns(summary: RunSummary): Column<EvaluatorSummary>[] {
  const rewardDecimals = decimalsFor(summary.evaluators.map((e) => e.reward));
  const columns: Column<EvaluatorSummary>[] = [
    column('evaluator', ['Evaluator', 'Evaluator'], 0, (e) => oneLine(e.id), false),
    column('kind', ['Kind', 'Kind'], 6, (e) => oneLine(e.kind), false),
    column('compares', ['Compared with', 'Compared'], 7, compares, false),
    column('truth', ['r with truth', 'r truth'], 0, (e) => fixed(e.truthPearson.pooled, 2)),
    column('within', ['r within models', 'r within'], 3, (e) => fixed(e.truthPearson.withinModel, 2)),
    column('quality', ['Mean score', 'Score'], 2, (e) => qualityCell(e.quality)),
    column('p50', ['p50', 'p50'], 1, (e) => duration(e.latencyMs.p50)),
    column('p95', ['p95', 'p95'], 4, (e) => duration(e.latencyMs.p95)),
    column('closeness', ['Closeness', 'Close'], 4, (e) => fixed(e.closeness, 2)),
    column('cost', ['Cost', 'Cost'], 5, (e) => fixed(e.normalizedCost, 2)),
    column('reward', ['Reward', 'Reward'], 0, (e) => estimateCell(e.reward, rewardDecimals, 'strong')),
    column('samples', ['Scores', 'Scores'], 5, (e) => count(e.samples)),
    column('skipped', ['Skipped', 'Skip'], 3, (e) => (e.skipped === 0 ? UNKNOWN : count(e.skipped))),
    column('errors', ['Errors', 'Err'], 1, (e) => errorCell(e.errors)),
  ];
  return withData(columns, summary.evaluators);
}

function compares({ compared: { reference, prompt } }: EvaluatorSummary): string {
  const total = reference + prompt;
  if (total === 0) return UNKNOWN;
  if (prompt === 0) return 'reference';
  if (reference === 0) return 'prompt';
  return `reference ${count(reference)}, prompt ${count(prompt)}`;
}

/** The tasks of a run, as its models have them. */
function tasksOf(summary: RunSummary): string[] {
  return [...new Set(summary.models.flatMap((m) => Object.keys(m.byTask)))].sort();
}

/** Each model's quality, truth and samples per task; nothing when there is but one task. */
export function taskColumns(summary: RunSummary): Column<RankedModel>[] {
  const tasks = tasksOf(summary);
  if (tasks.length < 2) return [];
  return [
    column<RankedModel>('model', ['Model', 'Model'], 0, (r) => oneLine(r.model.id), false),
    ...tasks.flatMap((task) => {
      const name = oneLine(task);
      return [
        column<RankedModel>(`${task} quality`, [`${name}: quality`, `${name}: Q`], 0, (r) =>
          qualityCell(own(r.model.byTask, task)?.quality ?? { mean: null, low: null, high: null }),
        ),
        column<RankedModel>(`${task} f1`, [`${name}: F1`, `${name}: F1`], 0, (r) =>
          quality(own(r.model.byTask, task)?.f1 ?? null),
        ),
        column<RankedModel>(`${task} n`, [`${name}: samples`, `${name}: n`], 0, (r) =>
          count(own(r.model.byTask, task)?.samples ?? null),
        ),
      ];
    }),
  ];
}

/** Each evaluator's correlation with truth per task; nothing when there is but one task. */
export function correlationColumns(summary: RunSummary): Column<EvaluatorSummary>[] {
  const tasks = [...new Set(summary.evaluators.flatMap((e) => Object.keys(e.truthPearson.byTask)))].sort();
  if (tasks.length < 2) return [];
  return [
    column<EvaluatorSummary>('evaluator', ['Evaluator', 'Evaluator'], 0, (e) => oneLine(e.id), false),
    column<EvaluatorSummary>('pooled', ['All', 'All'], 0, (e) => fixed(e.truthPearson.pooled, 2)),
    ...tasks.map((task) =>
      column<EvaluatorSummary>(task, [oneLine(task), oneLine(task)], 0, (e) =>
        fixed(own(e.truthPearson.byTask, task) ?? null, 2),
      ),
    ),
    column<EvaluatorSummary>('within', ['Within models', 'Within'], 0, (e) => fixed(e.truthPearson.withinModel, 2)),
  ];
}

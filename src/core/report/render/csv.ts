import { own } from '../../own.ts';
import type { Estimate, LatencyFigures, RunSummary } from '../summary.ts';
import { succeeded } from './columns.ts';
import { visible } from './visible.ts';

/**
 * CSV by RFC 4180: one rectangular table, numbers with all their digits and a point, unknown as an empty cell, CRLF.
 */

export type CsvValue = string | number | boolean | null;
type Row = Record<string, CsvValue>;

export type CsvTable = 'models' | 'evaluators' | 'pairs';

// What a spreadsheet takes for a formula, also after white space, also in its full-width form.
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/;

/**
 * Text that a spreadsheet would run gets an apostrophe before it, and what a terminal would obey shows as an escape;
 * numbers, negative ones too, stay numbers.
 */
function cell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const shown = visible(String(value));
  const isFormula = typeof value === 'string' && (FORMULA.test(value) || FORMULA.test(shown));
  const text = isFormula ? `'${shown}` : shown;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const estimate = (name: string, e: Estimate): Row => ({
  [`${name}_mean`]: e.mean,
  [`${name}_low`]: e.low,
  [`${name}_high`]: e.high,
});

const latency = (name: string, l: LatencyFigures): Row => ({
  [`${name}_ms_mean`]: l.mean,
  [`${name}_ms_p50`]: l.p50,
  [`${name}_ms_p95`]: l.p95,
  [`${name}_ms_count`]: l.count,
});

function modelRows(summary: RunSummary): Row[] {
  return summary.models.map((m, i) => ({
    rank: succeeded(m) ? i + 1 : null,
    model: m.id,
    samples: m.samples,
    errors: m.errors,
    reused: m.reused,
    ...estimate('reward', m.reward),
    reward_note: m.rewardNote,
    ...estimate('quality', m.quality),
    truth_f1: m.truth.f1,
    truth_exact: m.truth.exact,
    rougeL: m.metrics.rougeL,
    chrf: m.metrics.chrf,
    checks_passed: m.checks.passed,
    checks_total: m.checks.total,
    ...latency('latency', m.latencyMs),
    ...latency('first_token', m.ttftMs),
    ...latency('queue', m.queueMs),
    tokens_per_second: m.tokensPerSecond,
    quality_per_ms: m.qualityPerMs,
    normalized_cost: m.normalizedCost,
    cost_tokens: m.cost.tokens,
    cost_money: m.cost.money,
    cost_energy: m.cost.energy,
    pareto: m.pareto,
    devices: m.devices.join(' '),
  }));
}

function evaluatorRows(summary: RunSummary): Row[] {
  const tasks = [...new Set(summary.evaluators.flatMap((e) => Object.keys(e.truthPearson.byTask)))].sort();
  return summary.evaluators.map((e) => ({
    evaluator: e.id,
    kind: e.kind,
    samples: e.samples,
    errors: e.errors,
    skipped: e.skipped,
    uses_reference: e.usesReference,
    compared_reference: e.compared.reference,
    compared_prompt: e.compared.prompt,
    ...estimate('quality', e.quality),
    ...latency('latency', e.latencyMs),
    closeness: e.closeness,
    normalized_cost: e.normalizedCost,
    ...estimate('reward', e.reward),
    reward_note: e.rewardNote,
    truth_pearson: e.truthPearson.pooled,
    truth_pearson_within_model: e.truthPearson.withinModel,
    ...Object.fromEntries(
      tasks.map((task) => [`truth_pearson_task_${task}`, own(e.truthPearson.byTask, task) ?? null]),
    ),
  }));
}

function pairRows(summary: RunSummary): Row[] {
  return summary.pairs.map((p) => ({
    a: p.a,
    b: p.b,
    samples: p.samples,
    ...estimate('quality', p.quality),
    ...estimate('reward', p.reward),
    verdict: p.verdict,
    verdict_on: p.on,
    samples_to_decide: p.samplesToDecide,
  }));
}

const TABLES: Record<CsvTable, (summary: RunSummary) => Row[]> = {
  models: modelRows,
  evaluators: evaluatorRows,
  pairs: pairRows,
};

/** One table of a run as CSV, the models unless asked otherwise; empty when it has no row. */
export function renderCsv(summary: RunSummary, table: CsvTable = 'models'): string {
  const rows = TABLES[table](summary);
  if (rows.length === 0) return '';
  const names = Object.keys(rows[0]!);
  return csvLines([names, ...rows.map((row) => names.map((name) => row[name] ?? null))]);
}

/** Lines of cells as CSV, the titles first. */
export function csvLines(lines: CsvValue[][]): string {
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

import { basename } from 'node:path';
import { consensusQualities } from '../core/report/measures.ts';
import type { ReportInput, ReportOutput, ReportSample } from '../core/report/render/input.ts';
import type { RunSummary } from '../core/report/summary.ts';
import { FAILED, GOOD, REUSED, RunTable } from '../core/report/table.ts';
import { winnersByBeta } from '../core/report/winners.ts';
import type { Sample } from '../core/types.ts';
import type { RunFolder, RunRecord } from './store/run-folder.ts';

/** Points of a latency chart, per model. */
const MAX_LATENCIES = 2000;
/** Samples shown for each reason. */
const MAX_SAMPLES = 20;

type Why = ReportSample['why'];

/**
 * What the HTML report of a stored run is made from. Reads the rows twice: once for the figures, once for the texts of
 * the few samples that the report shows, so that a large run needs no memory for its texts.
 */
export async function readReportInput(folder: RunFolder, summary: RunSummary): Promise<ReportInput> {
  const record = folder.readRecord();
  const { config } = record;
  const table = new RunTable(config);
  for await (const sample of folder.samples(() => {})) table.addSample(sample);
  for await (const row of folder.generations(() => {})) table.addGeneration(row);
  for await (const row of folder.scores(() => {})) table.addScore(row);
  const qualities = consensusQualities(table, config.reward.consensus);
  return {
    summary,
    meta: {
      title: basename(folder.root),
      id: record.id,
      startedAt: record.startedAt,
      machine: describeMachine(record.machine),
      versions: record.versions,
      configText: JSON.stringify(config, null, 2),
      modelOrder: config.models.map((model) => model.id),
    },
    reward: config.reward,
    latencies: table.models.map((model, i) => ({ model, values: latenciesOf(table, i) })),
    winners: winnersByBeta(summary.models, config.reward.models.alpha),
    samples: await readSamples(folder, table, qualities, chooseSamples(table, qualities)),
  };
}

/** One line: system, processor, memory. */
export function describeMachine({ system, cpu, cores, memoryBytes }: RunRecord['machine']): string {
  return `${system}, ${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB`;
}

/** Fresh latencies of a model in milliseconds, every n-th where there are too many. */
export function latenciesOf(table: RunTable, model: number): number[] {
  const all: number[] = [];
  for (let sample = 0; sample < table.samples.length; sample++) {
    for (let repeat = 0; repeat < table.repeats; repeat++) {
      const place = table.place(sample, model, repeat);
      const latency = table.numbers.latencyMs[place]!;
      const fresh = table.state[place] === GOOD && (table.bits[place]! & REUSED) === 0;
      if (fresh && !Number.isNaN(latency)) all.push(latency);
    }
  }
  const step = Math.ceil(all.length / MAX_LATENCIES);
  return step <= 1 ? all : all.filter((_, i) => i % step === 0);
}

/**
 * Samples worth reading: those where a model failed, those where the models' qualities lie furthest apart, those where
 * all are worst. By the first repeat; each sample once.
 */
function chooseSamples(table: RunTable, qualities: Float64Array): Map<string, Why> {
  const facts = table.samples.map(({ id }, sample) => {
    const places = table.models.map((_, model) => table.place(sample, model, 0));
    const known = places.map((place) => qualities[place]!).filter((quality) => !Number.isNaN(quality));
    return {
      id,
      failed: places.some((place) => table.state[place] === FAILED),
      spread: known.length > 1 ? Math.max(...known) - Math.min(...known) : 0,
      mean: known.length > 0 ? known.reduce((sum, quality) => sum + quality, 0) / known.length : Number.NaN,
    };
  });
  const chosen = new Map<string, Why>();
  const take = (why: Why, candidates: { id: string }[]) => {
    for (const { id } of candidates.filter((fact) => !chosen.has(fact.id)).slice(0, MAX_SAMPLES)) chosen.set(id, why);
  };
  take(
    'failure',
    facts.filter((fact) => fact.failed),
  );
  take(
    'disagreement',
    facts.filter((fact) => fact.spread > 0).sort((a, b) => b.spread - a.spread),
  );
  take(
    'worst',
    facts.filter((fact) => !Number.isNaN(fact.mean)).sort((a, b) => a.mean - b.mean),
  );
  return chosen;
}

async function readSamples(
  folder: RunFolder,
  table: RunTable,
  qualities: Float64Array,
  chosen: Map<string, Why>,
): Promise<ReportSample[]> {
  const samples = new Map<string, Sample>();
  for await (const sample of folder.samples(() => {})) {
    if (chosen.has(sample.id) && !samples.has(sample.id)) samples.set(sample.id, sample);
  }
  const indexOf = new Map(table.samples.map(({ id }, i) => [id, i]));
  const wanted = (row: { sample: string; repeat: number }) => row.repeat === 0 && chosen.has(row.sample);
  // Of two rows with one key the later counts, which is what Map.set does.
  const outputs = new Map<string, ReportOutput>();
  for await (const row of folder.generations(() => {})) {
    const model = table.models.indexOf(row.model);
    if (!wanted(row) || model < 0) continue;
    const place = table.place(indexOf.get(row.sample)!, model, 0);
    outputs.set(keyOf(row), {
      model: row.model,
      ...(row.text === undefined ? { error: row.error ?? 'failed' } : { text: row.text }),
      quality: orNull(qualities[place]!),
      truthF1: orNull(table.numbers.f1[place]!),
      latencyMs: row.latencyMs,
      scores: table.evaluators.map((evaluator, i) => ({
        evaluator,
        quality: orNull(table.scoreQuality[place * table.evaluators.length + i]!),
      })),
    });
  }
  const checks = new Map<string, Map<string, boolean>>();
  for await (const row of folder.checks(() => {})) {
    if (!wanted(row)) continue;
    const ofOutput = checks.get(keyOf(row)) ?? new Map<string, boolean>();
    checks.set(keyOf(row), ofOutput.set(row.check, row.pass));
  }
  const found: ReportSample[] = [];
  for (const [id, why] of chosen) {
    const sample = samples.get(id)!;
    const { file, line } = sample.source;
    found.push({
      why,
      id,
      task: sample.task,
      source: line === undefined ? file : `${file}:${line}`,
      prompt: sample.messages.findLast((message) => message.role === 'user')?.content ?? '',
      references: sample.references,
      outputs: table.models.flatMap((model) => {
        const key = keyOf({ sample: id, model });
        const output = outputs.get(key);
        const passes = [...(checks.get(key) ?? [])].map(([label, pass]) => ({ label, pass }));
        return output ? [passes.length > 0 ? { ...output, checks: passes } : output] : [];
      }),
    });
  }
  return found;
}

const keyOf = (row: { sample: string; model: string }) => JSON.stringify([row.sample, row.model]);
const orNull = (value: number) => (Number.isNaN(value) ? null : value);

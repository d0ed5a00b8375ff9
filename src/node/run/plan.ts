import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, ModelConfig } from '../../core/config.ts';
import { hasReference, usesReference } from '../../core/evaluators.ts';
import type { RunSummary } from '../../core/report/summary.ts';
import type { Diagnostic } from '../../core/types.ts';
import type { RunPlan } from '../../protocol/run-events.ts';
import type { Workspace } from '../config-file.ts';
import { formatDiagnostic } from '../errors.ts';
import { listRuns } from '../store/run-folder.ts';
import { generationHash, modelIdentity } from './hash.ts';
import { type Selection, selectModels, selectSamples } from './prepare.ts';
import { earlierGenerations } from './reuse.ts';

/** The usual rule of thumb for English; only for plans, never for measurements. */
const CHARACTERS_PER_TOKEN = 4;

/** What a run would do and cost, from the prompt files and what earlier runs measured. Nothing is run or asked. */
export async function planRun(options: Selection & { workspace: Workspace }): Promise<RunPlan> {
  const { workspace } = options;
  const config = selectModels(workspace.config, options.models);
  const reuse = options.reuse ?? config.reuse;
  const earlier = reuse ? await earlierGenerations(workspace.root, null) : new Map();
  const measured = measuredLatencies(workspace.root, config);
  const diagnostics: Diagnostic[] = [];
  const { repeats, ...generation } = config.generation;

  const tallies = config.models.map((model) => ({
    model,
    identity: modelIdentity(model, workspace.root),
    calls: 0,
    reusable: 0,
    inputTokens: 0,
    maxOutputTokens: 0,
  }));
  let samples = 0;
  let withReference = 0;
  for await (const { sample } of selectSamples(workspace, options, (d) => diagnostics.push(d))) {
    samples++;
    if (hasReference(sample)) withReference++;
    const characters = sample.messages.reduce((sum, m) => sum + m.content.length, 0);
    const settings = { ...generation, ...sample.options };
    for (const tally of tallies) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const hash = generationHash(tally.identity, {
          sampleId: sample.id,
          messages: sample.messages,
          options: settings,
          repeat,
        });
        if (hash !== null && earlier.has(hash)) {
          tally.reusable++;
          continue;
        }
        tally.calls++;
        tally.inputTokens += Math.ceil(characters / CHARACTERS_PER_TOKEN);
        tally.maxOutputTokens += settings.maxTokens;
      }
    }
  }

  const models = tallies.map(({ model, calls, reusable, inputTokens, maxOutputTokens }) => {
    const latency = measured.get(model.id);
    const timeMs = calls === 0 ? 0 : latency === undefined ? null : (calls * latency) / lanesOf(model, config);
    const money = priceOf(model, inputTokens, maxOutputTokens, timeMs);
    return { id: model.id, provider: model.provider, calls, reusable, inputTokens, maxOutputTokens, money, timeMs };
  });
  const scored = (e: Config['evaluators'][number]) => (usesReference(e) ? withReference : samples);
  return {
    samples,
    models,
    evaluators: config.evaluators.map((e) => ({ id: e.id, scores: scored(e) * models.length * repeats })),
    money: sumOrNull(models.map((m) => m.money)),
    timeMs: sumOrNull(models.map((m) => m.timeMs)),
    notes: diagnostics.map(formatDiagnostic),
  };
}

/** Mean latency of each model in the newest run that measured it, in milliseconds. */
function measuredLatencies(root: string, config: Config): Map<string, number> {
  const found = new Map<string, number>();
  for (const run of listRuns(root)) {
    const file = join(run.path, 'summary.json');
    if (!existsSync(file)) continue;
    try {
      const ran = run.readRecord().config.models;
      const summary = JSON.parse(readFileSync(file, 'utf8')) as RunSummary;
      for (const model of config.models) {
        const same = ran.find((m) => m.id === model.id);
        const mean = summary.models.find((m) => m.id === model.id)?.latencyMs.mean;
        if (same && modelIdentity(same, root) === modelIdentity(model, root) && mean != null) found.set(model.id, mean);
      }
    } catch {
      // A run of another format or a broken summary has nothing to tell here.
    }
  }
  return found;
}

function lanesOf(model: ModelConfig, config: Config): number {
  return model.provider === 'openai' ? (model.concurrency ?? config.concurrency) : 1;
}

/** The most it can cost; null without a price, or where the time that a price needs is unknown. */
function priceOf(model: ModelConfig, input: number, output: number, timeMs: number | null): number | null {
  const { price } = model;
  if (!price || input + output === 0) return price ? 0 : null;
  let money = 0;
  if (price.inputPerMTok === undefined && price.outputPerMTok === undefined && price.perHour === undefined) return null;
  money += ((price.inputPerMTok ?? 0) * input + (price.outputPerMTok ?? 0) * output) / 1e6;
  if (price.perHour !== undefined) {
    if (timeMs === null) return null;
    money += (price.perHour * timeMs) / 3_600_000;
  }
  return money;
}

function sumOrNull(values: (number | null)[]): number | null {
  return values.reduce<number | null>((sum, v) => (sum === null || v === null ? null : sum + v), 0);
}

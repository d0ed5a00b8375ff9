import type { Config } from '../config.ts';
import { forEachPlace, type ModelMeasures } from './measures.ts';
import { clip } from './render/visible.ts';
import type { EvaluatorSummary } from './summary.ts';
import { BATCHED, CACHED, GOOD, REUSED, type RunTable } from './table.ts';

const LONGEST_REASON = 240;

export interface WarningContext {
  config: Pick<Config, 'models' | 'evaluators' | 'reward'>;
  table: RunTable;
  measures: readonly ModelMeasures[];
  evaluators: readonly EvaluatorSummary[];
  /** Whether min-max would have nothing to compare. */
  noModelPool: boolean;
  noEvaluatorPool: boolean;
}

/** What the reader of the figures must know, in words; each fact once, with its count. */
export function runWarnings(context: WarningContext): string[] {
  return [
    ...failures(context),
    ...scores(context),
    ...rewards(context),
    ...latencies(context),
    ...(context.table.strays > 0
      ? [
          `${count(context.table.strays, 'stored row')} ${context.table.strays === 1 ? 'names' : 'name'} a sample, model, evaluator or repeat that this run does not have; left out.`,
        ]
      : []),
  ];
}

function failures({ config, table, measures }: WarningContext): string[] {
  const how =
    config.reward.failures === 'zero'
      ? 'counted as quality 0 and truth 0'
      : 'left out of the means ("failures": "exclude")';
  return measures.flatMap(({ failed, attempted }, i) =>
    failed === 0
      ? []
      : [
          `${table.models[i]}: ${failed} of ${count(attempted, 'generation')} failed; ${how}${because(table.failureOfModel(i))}.`,
        ],
  );
}

/** The reason that is told for failures: whole sentences of servers and libraries are cut. */
function because(reason: string | null): string {
  if (reason === null) return '';
  const { text, clipped } = clip(reason.replace(/\s+/g, ' ').trim(), LONGEST_REASON);
  return ` (most often: ${text}${clipped ? '…' : ''})`;
}

function scores({ config, table, measures, evaluators }: WarningContext): string[] {
  const warnings: string[] = [];
  for (const [i, { unscored }] of measures.entries()) {
    if (unscored === 0) continue;
    warnings.push(
      `${table.models[i]}: ${count(unscored, 'generation')} without any score, in no mean of quality or reward.`,
    );
  }
  for (const evaluator of evaluators) {
    const { id, errors, skipped, compared } = evaluator;
    if (errors > 0) {
      const reason = because(table.failureOfEvaluator(table.evaluators.indexOf(id)));
      warnings.push(`${id}: ${errors} of ${count(evaluator.samples, 'score')} failed${reason}.`);
    }
    if (skipped > 0) warnings.push(`${id}: skipped ${count(skipped, 'generation')} whose sample has no reference.`);
    const configured = config.evaluators.find((e) => e.id === id);
    const auto = configured?.kind !== 'lexical' && configured?.compare === 'auto';
    if (auto && compared.prompt > 0) {
      warnings.push(
        `${id}: compared ${compared.prompt} of ${count(compared.prompt + compared.reference, 'generation')} with the prompt, since their samples have no reference.`,
      );
    }
  }
  return warnings;
}

function rewards({ config, table, measures, noModelPool, noEvaluatorPool }: WarningContext): string[] {
  const warnings: string[] = [];
  const { reward } = config;
  const noPool = (who: string, { of }: { of: string }) =>
    `There is no pool to compare the ${of} of ${who} in (one ${who === 'models' ? 'model' : 'evaluator'}, or all equal): the normalised cost is 0. A "budget" would measure it.`;
  if (reward.models.cost.normalize === 'minmax' && noModelPool) warnings.push(noPool('models', reward.models.cost));
  if (reward.evaluators.cost.normalize === 'minmax' && noEvaluatorPool) {
    warnings.push(noPool('evaluators', reward.evaluators.cost));
  }
  const lone = singleScores(table);
  const alone =
    reward.closeness === 'inclusive'
      ? 'is the consensus itself, so its closeness is 1 whatever it says'
      : 'has no consensus of others to be close to, so its closeness is unknown';
  if (config.evaluators.length === 1) warnings.push(`With a single evaluator its score ${alone}.`);
  else if (lone > 0)
    warnings.push(`${count(lone, 'generation')} with the score of one evaluator only: that score ${alone}.`);
  const unmeasured = measures.flatMap(({ unmeasuredFailures, budgetCost }, i) =>
    budgetCost && unmeasuredFailures > 0 ? [`${table.models[i]} ${unmeasuredFailures}`] : [],
  );
  if (unmeasured.length > 0 && reward.failures === 'zero') {
    warnings.push(`Failed generations of unknown cost are charged the whole budget (${unmeasured.join(', ')}).`);
  }
  return warnings;
}

function singleScores(table: RunTable): number {
  let lone = 0;
  const width = table.evaluators.length;
  for (let place = 0; place < table.state.length; place++) {
    if (table.state[place] !== GOOD) continue;
    let scored = 0;
    for (let at = place * width; at < (place + 1) * width; at++) if (table.scoreState[at] === GOOD) scored++;
    if (scored === 1) lone++;
  }
  return lone;
}

function latencies({ config, table }: WarningContext): string[] {
  const warnings: string[] = [];
  const ran = config.models.map((model, i) => ({ ...model, devices: table.devices(i) }));
  const used = ran.filter((model) => model.devices.length > 0);
  const providers = new Set(used.map((model) => model.provider));
  const devices = new Set(used.flatMap((model) => model.devices));
  if (providers.size > 1 || devices.size > 1) {
    const places = used.map((model) => `${model.id}: ${model.provider} on ${model.devices.join(' and ')}`);
    warnings.push(
      `Models ran on different devices or providers, so their latencies are not like for like (${places.join('; ')}).`,
    );
  }
  for (const [model, id] of table.models.entries()) {
    let [reused, batched, cached] = [0, 0, 0];
    forEachPlace(table, model, (place) => {
      const bits = table.bits[place]!;
      if (bits & REUSED) reused++;
      if (bits & BATCHED) batched++;
      if (bits & CACHED) cached++;
    });
    if (reused > 0) {
      warnings.push(
        `${id}: ${count(reused, 'generation')} reused from earlier runs; latency figures cover fresh ones only, costs use the latency measured then.`,
      );
    }
    if (batched > 0) {
      warnings.push(`${id}: ${count(batched, 'generation')} ran in batches; their latency is that of the whole batch.`);
    }
    if (cached > 0) {
      warnings.push(
        `${id}: the endpoint served prompt tokens of ${count(cached, 'generation')} from its cache, which makes latency look better than for new prompts.`,
      );
    }
  }
  return warnings;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

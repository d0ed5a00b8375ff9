import type { RewardConfig } from '../../config.ts';
import type { Estimate, GateResult, PairSummary, RunSummary } from '../summary.ts';
import type { WinnerInterval } from '../winners.ts';
import { succeeded } from './columns.ts';
import { about, count, decimalsFor, fixed, plain, trimZeros } from './format.ts';
import { oneLine } from './visible.ts';

/** What the figures say, in sentences: the same in the terminal, Markdown and HTML. Plain text, not yet escaped. */

const negate = (e: Estimate): Estimate => ({
  mean: e.mean === null ? null : -e.mean,
  low: e.high === null ? null : -e.high,
  high: e.low === null ? null : -e.low,
});

/** `difference 0.02, 95 % −0.03 to 0.07`. */
function difference(e: Estimate, on: PairSummary['on']): string {
  const decimals = decimalsFor([e]);
  const text = `difference in ${on} ${fixed(e.mean, decimals)}`;
  return e.low === null ? text : `${text}, 95 % ${fixed(e.low, decimals)} to ${fixed(e.high, decimals)}`;
}

/** One sentence on each two neighbours in the ranking, and one on the other pairs that are not decided. */
export function verdicts(summary: RunSummary): string[] {
  const models = summary.models.filter(succeeded);
  if (models.length < 2) return [];
  const sentences: string[] = [];
  const neighbours = new Set<PairSummary>();
  for (let i = 0; i + 1 < models.length; i++) {
    const [upper, lower] = [models[i]!.id, models[i + 1]!.id];
    const pair = summary.pairs.find((p) => (p.a === upper && p.b === lower) || (p.a === lower && p.b === upper));
    if (!pair) continue;
    neighbours.add(pair);
    const sentence = neighbourVerdict(pair, upper, lower, i + 1);
    if (sentence) sentences.push(sentence);
  }
  const ids = new Set(models.map((m) => m.id));
  const others = summary.pairs.filter(
    (p) => p.verdict === 'undecided' && !neighbours.has(p) && ids.has(p.a) && ids.has(p.b),
  );
  if (others.length > 0) {
    const names = others.slice(0, 3).map((p) => `${oneLine(p.a)} and ${oneLine(p.b)}`);
    if (others.length > 3) names.push(`${count(others.length - 3)} more`);
    sentences.push(`Further pairs that are not decided: ${names.join('; ')}.`);
  }
  if (sentences.length === 0 && neighbours.size === models.length - 1) {
    const between = models.length === 2 ? 'The two models differ' : 'Every two neighbours in the ranking differ';
    sentences.push(`${between} by more than this data leaves to chance.`);
  }
  return sentences;
}

function neighbourVerdict(pair: PairSummary, upper: string, lower: string, rank: number): string | null {
  const names = `${oneLine(upper)} and ${oneLine(lower)}`;
  const estimate = pair[pair.on];
  if (pair.samples === 0 || estimate.mean === null)
    return `Ranks ${rank} and ${rank + 1} (${names}) cannot be compared: no sample has a figure for both.`;
  const fromUpper = pair.a === upper ? estimate : negate(estimate);
  if (pair.verdict === 'undecided') {
    const enough = pair.samplesToDecide;
    const more = enough === null ? '' : `; about ${about(enough)} samples would decide it`;
    return `Ranks ${rank} and ${rank + 1} (${names}) are not decided by this data (${difference(fromUpper, pair.on)}${more}).`;
  }
  const winner = pair.verdict === 'a' ? pair.a : pair.b;
  if (winner === upper) return null;
  return `${oneLine(lower)} is ahead of ${oneLine(upper)} over the ${count(pair.samples)} samples that both have (${difference(negate(fromUpper), pair.on)}), though it ranks below.`;
}

/** Why a model has no reward or no rank; why an evaluator has none. Those with one reason are named together. */
export function rewardNotes(summary: RunSummary): string[] {
  const reasons = new Map<string, string[]>();
  for (const node of [...summary.models, ...summary.evaluators]) {
    if (node.rewardNote === null) continue;
    const note = oneLine(node.rewardNote);
    reasons.set(note, [...(reasons.get(note) ?? []), oneLine(node.id)]);
  }
  return [...reasons].map(([note, ids]) => `${ids.join(', ')}: ${note}`);
}

/** `large wins up to β 0.12; medium from 0.12 to 1.29; small beyond 1.29`; nothing where it is not defined. */
export function winnersSentence(winners: WinnerInterval[]): string | null {
  if (winners.length === 0) return null;
  if (winners.length === 1) return `${oneLine(winners[0]!.model)} wins at every β.`;
  const parts = winners.map(({ from, to, model }, i) => {
    const name = oneLine(model);
    if (i === 0) return `${name} wins up to β ${plain(to)}`;
    return to === null || to === Number.POSITIVE_INFINITY
      ? `${name} beyond ${plain(from)}`
      : `${name} from ${plain(from)} to ${plain(to)}`;
  });
  return `${parts.join('; ')}.`;
}

const GATE_NAMES: Record<GateResult['metric'], string> = {
  quality: 'quality',
  truth: 'truth F1',
  reward: 'reward',
  p95Ms: 'p95 latency',
  checks: 'share of passed checks',
  errors: 'errors',
};

/** `quality of small: 7.82, wanted at least 5`. */
export function gateSentence(gate: GateResult): string {
  const unit = gate.metric === 'p95Ms' ? ' ms' : '';
  const bounds: [string, number | undefined][] = [
    ['at least', gate.min],
    ['at most', gate.max],
  ];
  const set = bounds.flatMap(([words, bound]) => (bound === undefined ? [] : [{ words, bound }]));
  const wanted = set.map(({ words, bound }) => `${words} ${figure(bound)}${unit}`).join(' and ');
  const who = gate.model === null ? 'every model' : oneLine(gate.model);
  const how = gate.on === 'interval' ? ' (whole 95 % interval)' : '';
  const value = gate.value === null ? 'no data' : `${valueBeside(gate.value, set)}${unit}`;
  const note = gate.note === null ? '' : `: ${oneLine(gate.note)}`;
  return `${GATE_NAMES[gate.metric]} of ${who}: ${value}, wanted ${wanted}${how}${note}`;
}

/** Three decimals at most, no zeros at the end. */
const figure = (x: number) => trimZeros(fixed(x, 3));

/** The value with as many digits as it takes to tell it from the bound. */
const valueBeside = (value: number, set: { bound: number }[]) =>
  set.some(({ bound }) => bound !== value && figure(bound) === figure(value)) ? String(value) : figure(value);

const COST_NAMES = { latency: 'latency', tokens: 'tokens', money: 'money', energy: 'energy' } as const;
const COST_UNITS = { latency: 'ms', tokens: 'tokens', money: 'currency units', energy: 'J' } as const;

/** `R = 1 × Q / 10 − 0.5 × C, where C is ...` of the models or the evaluators. */
function rewardFormula(reward: RewardConfig, who: 'models' | 'evaluators'): string {
  const { alpha, beta, cost } = reward[who];
  const quality = who === 'models' ? 'Q / 10' : 'A';
  const normalize =
    cost.normalize === 'minmax'
      ? `the mean ${COST_NAMES[cost.of]}, 0 for the lowest and 1 for the highest of the ${who} in this run`
      : `${COST_NAMES[cost.of]} as a share of the budget of ${plain(cost.normalize.budget)} ${COST_UNITS[cost.of]}, at most 1`;
  return `R = ${plain(alpha)} × ${quality} − ${plain(beta)} × C, where C is ${normalize}.`;
}

/** How the reward of an evaluator comes about. */
export function evaluatorReward(reward: RewardConfig): string {
  const closeness =
    reward.closeness === 'inclusive'
      ? 'the consensus, its own score included (with few evaluators that alone brings it near)'
      : 'the consensus of the other evaluators';
  return `Reward of an evaluator: ${rewardFormula(reward, 'evaluators')} A is 1 less a tenth of the distance between its score and ${closeness}.`;
}

/** How the figures were made: one paragraph each. */
export function method(summary: RunSummary, reward: RewardConfig): string[] {
  const rule =
    typeof reward.consensus === 'string'
      ? `${reward.consensus}`
      : `mean without the ${plain(reward.consensus.trimmed * 100)} % at each end`;
  const { intervals } = summary;
  return [
    `Quality Q is the ${rule} of the evaluators' scores of a generation, from 0 to 10. Truth is token F1 against the references, from 0 to 10; it never enters a reward.`,
    `Reward of a model: ${rewardFormula(reward, 'models')} Figures of models are means over samples.`,
    evaluatorReward(reward),
    reward.failures === 'zero'
      ? 'A failed generation counts as quality 0 and truth 0.'
      : 'Failed generations are left out of the means.',
    `Intervals are 95 %: ${oneLine(intervals.method)}, ${count(intervals.resamples)} resamples by ${intervals.unit}, seed ${intervals.seed}. Two models are compared by their paired difference over the samples that both have.`,
    'Latencies are those of the work itself, without queueing or warm-up, from fresh generations only. Quality per ms is mean quality divided by mean latency.',
  ];
}

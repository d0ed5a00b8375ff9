import { count, fixed, UNKNOWN } from '../core/report/render/format.ts';
import { oneLine } from '../core/report/render/visible.ts';
import type { Advice } from '../core/simulation/advisor.ts';
import type { SimulatedNodeResult, SimulationResult } from '../core/simulation/result.ts';
import { ruleName } from '../core/simulation/rules.ts';
import type { SweepResult } from '../core/simulation/sweep.ts';
import { alignedTable } from './table.ts';

/** Digits after the point of rewards. */
const DIGITS = 4;
/** Cells of a sweep that are printed; --json has all of them. */
const MOST_CELLS = 60;

export function simulationTables(result: SimulationResult): string {
  const { againstPanel, againstTruth, rule } = result.consensus;
  const truth =
    againstTruth.rmse === null
      ? ''
      : `; against truth: bias ${score(againstTruth.bias)}, RMSE ${score(againstTruth.rmse)}, Pearson ${score(againstTruth.pearson)}`;
  const how = result.mode === 'exact' ? 'exact' : `${count(result.rounds)} rounds, seed ${result.seed}`;
  const lines = [
    `Simulation: ${how}`,
    `Models\n${nodesTable(result.models)}`,
    `Evaluators\n${nodesTable(result.evaluators)}`,
    `Consensus (${rule}) against the honest full panel: bias ${score(againstPanel.bias)}, RMSE ${score(againstPanel.rmse)}${truth}`,
  ];
  if (result.attack) {
    const { gain, gainStderr, captured } = result.attack;
    const error = gainStderr === null ? '' : ` ± ${fixed(gainStderr, DIGITS)}`;
    lines.push(
      `Attack: attackers gain ${reward(gain)}${error} a round over honesty; they held the majority in ${fixed(100 * captured, 1)} % of the rounds`,
    );
  }
  return lines.join('\n\n');
}

function nodesTable(nodes: readonly SimulatedNodeResult[]): string {
  const rows = nodes.map(({ id, reward: r, normalized, payShare, costBlind }) => [
    oneLine(id),
    reward(r.mean),
    r.stderr === null ? UNKNOWN : fixed(r.stderr, DIGITS + 1),
    r.p05 === null ? UNKNOWN : `${fixed(r.p05, 2)} .. ${fixed(r.p95!, 2)}`,
    score(normalized),
    payShare === null ? UNKNOWN : `${fixed(100 * payShare, 1)} %`,
    reward(costBlind),
  ]);
  const head = ['', 'reward', 'stderr', '5 % .. 95 %', 'normalised', 'pay', 'cost-blind'];
  return alignedTable([head, ...rows], [1, 2, 3, 4, 5, 6]);
}

export function sweepTable({ axes, cells, changes }: SweepResult): string {
  const options = axes.map(({ option }) => option);
  const rows = cells
    .slice(0, MOST_CELLS)
    .map(({ settings, winner, consensus, attack }) => [
      ...options.map((option) => JSON.stringify(settings[option])),
      winner === null ? UNKNOWN : oneLine(winner.id),
      winner === null ? UNKNOWN : reward(winner.lead),
      winner?.stderr == null ? UNKNOWN : fixed(winner.stderr, DIGITS),
      score(consensus.againstPanel.rmse),
      attack === null ? UNKNOWN : reward(attack.gain),
      attack === null ? UNKNOWN : `${fixed(100 * attack.captured, 1)} %`,
    ]);
  const head = [...options, 'best model', 'leads by', 'stderr', 'RMSE', 'gain', 'captured'];
  const right = head.map((_, i) => i).filter((i) => i !== options.length);
  const left = cells.length > MOST_CELLS ? [`... and ${cells.length - MOST_CELLS} more; --json has all of them`] : [];
  const turns = changes.map(
    ({ option, from, to, before, after }) =>
      `The best model changes from ${oneLine(before)} to ${oneLine(after)} between ${JSON.stringify(from)} and ${option} = ${JSON.stringify(to[option])}`,
  );
  return [`Sweep\n${alignedTable([head, ...rows], right)}`, ...left, ...turns].join('\n');
}

export function adviceText({ reason, rules }: Advice): string {
  if (rules.length === 0) return `Advice: ${reason}`;
  const kinds = rules[0]!.attacks.map(({ kind }) => kind);
  const rows = rules.map(({ rule, honest, attacks, worst }) => [
    ruleName(rule),
    ...[honest, ...attacks.map(({ rmse }) => rmse), worst].map((rmse) => score(rmse)),
  ]);
  const head = ['RMSE', 'honest', ...kinds, 'worst'];
  return `Advice: ${reason}\n${alignedTable([head, ...rows], head.map((_, i) => i).slice(1))}`;
}

const reward = (x: number | null) => (x === null ? UNKNOWN : fixed(x, DIGITS));
const score = (x: number | null) => (x === null ? UNKNOWN : fixed(x, 3));

import type { RewardConfig } from '../../src/core/config.ts';
import { count, counted } from '../../src/core/report/render/format.ts';
import { rewardNotes } from '../../src/core/report/render/sentences.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { EvaluatorSummary, RunSummary } from '../../src/core/report/summary.ts';

/** What has to be known to read the evaluators' figures, in sentences. */
export function evaluatorNotes(summary: RunSummary, reward: RewardConfig): string[] {
  const { evaluators } = summary;
  return [
    ...alone(evaluators, reward),
    ...referenceUsers(evaluators),
    ...evaluators.flatMap(gaps),
    ...rewardNotes({ ...summary, models: [] }),
  ];
}

function alone(evaluators: EvaluatorSummary[], reward: RewardConfig): string[] {
  if (evaluators.length !== 1) return [];
  const name = oneLine(evaluators[0]!.id);
  return [
    reward.closeness === 'inclusive'
      ? `${name} is the only evaluator: the consensus is its own score, so its closeness is 1 by arithmetic, whatever it says.`
      : `${name} is the only evaluator: there is no consensus of others to be close to, so its closeness is unknown.`,
  ];
}

function referenceUsers(evaluators: EvaluatorSummary[]): string[] {
  const users = evaluators.filter((e) => e.usesReference).map((e) => oneLine(e.id));
  if (users.length === 0) return [];
  const which = users.length === 1 ? `${users[0]} uses` : `${users.slice(0, -1).join(', ')} and ${users.at(-1)} use`;
  return [`${which} the references, as truth does: that alone makes a correlation with truth.`];
}

function gaps(evaluator: EvaluatorSummary): string[] {
  const { errors, skipped, samples } = evaluator;
  const name = oneLine(evaluator.id);
  return [
    ...(errors > 0 ? [`${name}: ${count(errors)} of ${counted(samples, 'score')} failed; they count in no mean.`] : []),
    ...(skipped > 0
      ? [`${name}: ${counted(skipped, 'answer')} skipped, since it needs a reference and their samples have none.`]
      : []),
  ];
}

import { count, digits3, duration, UNKNOWN } from '../../core/report/render/format.ts';
import { oneLine } from '../../core/report/render/visible.ts';
import { loadWorkspace } from '../../node/config-file.ts';
import { InputError } from '../../node/errors.ts';
import { planRun } from '../../node/run/plan.ts';
import type { RunPlan } from '../../protocol/run-events.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { alignedTable } from '../table.ts';
import type { RunOptions } from './run.ts';

/** `poq run --dry-run`: calls, tokens, money and time of a run, without doing any of it. */
export async function dryRunCommand(options: RunOptions, output: Output): Promise<number> {
  const workspace = await loadWorkspace(options.config, process.cwd());
  for (const diagnostic of workspace.diagnostics) output.diagnostic(diagnostic);
  const { models, limit, reuse } = options;
  const plan = await planRun({ workspace, models, limit, reuse });
  for (const note of plan.notes) output.note(oneLine(note));
  if (plan.samples === 0) {
    throw new InputError([{ severity: 'error', message: 'No prompt could be read: check "prompts" in the config.' }]);
  }
  if (options.json) output.printJson(plan);
  else output.print(describePlan(plan));
  return EXIT.DONE;
}

function describePlan(plan: RunPlan): string {
  const time = (ms: number | null) => (ms === null ? UNKNOWN : duration(ms));
  const models = alignedTable(
    [
      ['model', 'provider', 'calls', 'reused', 'prompt tokens', 'output tokens', 'money', 'time'],
      ...plan.models.map((m) => [
        oneLine(m.id),
        m.provider,
        count(m.calls),
        count(m.reusable),
        `~${count(m.inputTokens)}`,
        `<= ${count(m.maxOutputTokens)}`,
        m.money === null ? UNKNOWN : `<= ${digits3(m.money)}`,
        time(m.timeMs),
      ]),
    ],
    [2, 3, 4, 5, 6, 7],
  );
  const evaluators = alignedTable(
    [['evaluator', 'scores'], ...plan.evaluators.map((e) => [oneLine(e.id), count(e.scores)])],
    [1],
  );
  const calls = plan.models.reduce((sum, m) => sum + m.calls, 0);
  const money = plan.money === null ? 'unknown: not every model has a price' : `at most ${digits3(plan.money)}`;
  const known =
    plan.timeMs === null ? 'unknown until every model has been measured by an earlier run' : time(plan.timeMs);
  return `${count(plan.samples)} samples, ${count(calls)} calls. Nothing was sent.

${models}

${evaluators}

Money  ${money}
Time   ${known}
Prompt tokens are estimated at four characters each; output tokens are the most that the config allows.`;
}

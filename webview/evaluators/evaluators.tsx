import { useMemo } from 'preact/hooks';
import { intervalChart } from '../../src/core/report/render/charts/intervals.ts';
import { marksFor } from '../../src/core/report/render/charts/marks.ts';
import { evaluatorColumns } from '../../src/core/report/render/columns.ts';
import { renderCsv } from '../../src/core/report/render/csv.ts';
import { evaluatorReward } from '../../src/core/report/render/sentences.ts';
import type { EvaluatorSummary } from '../../src/core/report/summary.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { Chart } from '../ui/chart.tsx';
import { Empty } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { useChartWidth } from '../ui/use-chart-width.ts';
import { evaluatorNotes } from './notes.ts';
import { evaluatorValue } from './values.ts';

/** Evaluators are no models: they share the neutral mark. */
const MARKS = marksFor([]);

/** Columns for those who ask for them. */
const DETAILS = ['compares', 'within', 'samples'];

/** The evaluators of the run: what they gave, what they took, how near the consensus they were, and their reward. */
export function Evaluators({ report }: { report: PanelReport }) {
  const { summary, reward } = report;
  const { evaluators } = summary;
  const rewarded = evaluators.some((e) => e.reward.mean !== null);
  if (evaluators.length === 0)
    return <Empty>This run has no evaluators: its answers have latency and truth, but no quality.</Empty>;
  const notes = evaluatorNotes(summary, reward);
  return (
    <>
      <Table
        name="evaluators"
        caption="Scores from 0 to 10; reward and scores with 95 % intervals"
        columns={evaluatorColumns(summary)}
        hiddenAtFirst={DETAILS}
        rows={evaluators}
        rowKey={(e: EvaluatorSummary) => e.id}
        value={evaluatorValue}
        note={(e) => (e.usesReference ? 'uses reference' : '')}
        csv={() => renderCsv(summary, 'evaluators')}
      />
      {notes.length > 0 && (
        <ul class="notes" aria-label="What the figures say">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <p class="dim">{evaluatorReward(reward)}</p>
      {rewarded && <Rewards evaluators={evaluators} />}
    </>
  );
}

function Rewards({ evaluators }: { evaluators: EvaluatorSummary[] }) {
  const { holder, width } = useChartWidth(1);
  const chart = useMemo(
    () =>
      intervalChart({
        id: 'evaluator-reward',
        title: 'Reward of the evaluators',
        axisTitle: 'Reward, 95 % interval',
        rows: evaluators.map((e) => ({ id: e.id, estimate: e.reward, note: e.rewardNote ?? undefined })),
        marks: MARKS,
        width,
      }),
    [evaluators, width],
  );
  return (
    <div class="charts" ref={holder}>
      <Chart name="poq-evaluator-reward" title="Reward" chart={chart} />
    </div>
  );
}

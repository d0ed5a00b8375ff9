import { useMemo } from 'preact/hooks';
import { marksFor } from '../../src/core/report/render/charts/marks.ts';
import { leaderboardColumns, type RankedModel, ranked, taskColumns } from '../../src/core/report/render/columns.ts';
import { renderCsv } from '../../src/core/report/render/csv.ts';
import { runCharts } from '../../src/core/report/render/run-charts.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { openCompare } from '../actions.ts';
import { LargestDisagreement } from '../compare/largest-disagreement.tsx';
import { Chart } from '../ui/chart.tsx';
import { Swatch } from '../ui/swatch.tsx';
import { Table } from '../ui/table.tsx';
import { Baseline } from './baseline.tsx';
import { Notes } from './notes.tsx';
import { useAnnouncedLeader } from './use-announced-leader.ts';
import { leaderboardPlace, leaderboardValue, taskOfColumn, taskValue } from './values.ts';
import { WeightControls } from './weight-controls.tsx';
import { reweighed, useWeights } from './weights.ts';

/** The models ranked by reward under the sliders' weights, and what the figures say. */
export function Leaderboard({ report }: { report: PanelReport }) {
  const { weights, changed, set } = useWeights(report);
  const { alpha, beta } = weights;
  const summary = useMemo(() => reweighed(report, { alpha, beta }), [report, alpha, beta]);
  const marks = useMemo(() => marksFor(report.modelOrder), [report.modelOrder]);
  const charts = useMemo(
    () => runCharts({ summary, reward: report.reward, latencies: report.latencies }, marks),
    [summary, report, marks],
  );
  useAnnouncedLeader(summary);
  const rows = ranked(summary);
  const tasks = taskColumns(summary);
  const row = {
    rowKey: (r: RankedModel) => r.model.id,
    mark: (r: RankedModel) => <Swatch id={r.model.id} marks={marks} />,
    open: {
      label: (r: RankedModel) => `${oneLine(r.model.id)}: compare its answers, lowest quality first`,
      act: (r: RankedModel) => openCompare({ model: r.model.id }),
    },
  };
  const by = summary.models.some((m) => m.reward.mean !== null) ? 'reward' : 'quality';
  const intervals = summary.intervals.resamples > 0 ? '95 % intervals' : 'no intervals yet';
  return (
    <>
      <WeightControls report={report} weights={weights} changed={changed} marks={marks} onChange={set} />
      {rows.length === 0 ? (
        <p>No model was run.</p>
      ) : (
        <Table
          {...row}
          name="leaderboard"
          caption={`Ranked by ${by}; quality and truth from 0 to 10; ${intervals}`}
          columns={leaderboardColumns(summary)}
          rows={rows}
          value={leaderboardValue}
          note={(r) => r.model.devices.map(oneLine).join(', ')}
          openCell={(r, column) => {
            const place = leaderboardPlace(r, column);
            return place && { label: place.label, act: () => openCompare(place.request) };
          }}
          csv={() => renderCsv(summary)}
        />
      )}
      <Notes report={report} summary={summary} weightsChanged={changed} />
      <div class="charts">
        {charts.map(({ key, title, chart, models }) => (
          <Chart
            key={key}
            name={`poq-${key}`}
            title={title}
            chart={chart}
            items={models}
            openLabel="compare its answers"
            onOpen={(model) => openCompare({ model, only: key === 'latency' ? 'slowest' : undefined })}
          />
        ))}
      </div>
      <LargestDisagreement report={report} />
      <Baseline report={report} marks={marks} />
      {tasks.length > 0 && (
        <>
          <h2>By task</h2>
          <Table
            {...row}
            name="tasks"
            caption="Quality with its interval, token F1 and samples, by task"
            columns={tasks}
            rows={rows}
            value={taskValue}
            openCell={(r, column) => {
              const task = taskOfColumn(column)?.task;
              if (task === undefined || r.model.byTask[task] === undefined) return undefined;
              return {
                label: `compare its answers in ${oneLine(task)}`,
                act: () => openCompare({ model: r.model.id, task }),
              };
            }}
          />
        </>
      )}
    </>
  );
}

import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { marksFor } from '../../src/core/report/render/charts/marks.ts';
import { leaderboardColumns, type RankedModel, ranked, taskColumns } from '../../src/core/report/render/columns.ts';
import { renderCsv } from '../../src/core/report/render/csv.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { openCompare } from '../actions.ts';
import { Swatch } from '../ui/swatch.tsx';
import { Table } from '../ui/table.tsx';
import { Charts } from './charts.tsx';
import { Notes } from './notes.tsx';
import { useAnnouncedLeader } from './use-announced-leader.ts';
import { leaderboardPlace, leaderboardValue, taskOfColumn, taskValue } from './values.ts';
import { WeightControls } from './weight-controls.tsx';
import { reweighed, useWeights } from './weights.ts';

/** Columns for those who ask for them; the reward's own cost is among the first. */
const DETAILS = ['qualityPerMs', 'tokens', 'money', 'energy'];

interface RankingProps {
  report: PanelReport;
  /** Stand between the charts and the tasks. */
  children: ComponentChildren;
}

/** The models ranked by reward under the sliders' weights, with all that depends on these. */
export function Ranking({ report, children }: RankingProps) {
  const { weights, changed, set } = useWeights(report);
  const { alpha, beta } = weights;
  const summary = useMemo(() => reweighed(report, { alpha, beta }), [report, alpha, beta]);
  const marks = useMemo(() => marksFor(report.modelOrder), [report.modelOrder]);
  useAnnouncedLeader(summary);
  const rows = ranked(summary);
  const tasks = taskColumns(summary);
  const by = summary.models.some((m) => m.reward.mean !== null) ? 'reward' : 'quality';
  const intervals = summary.intervals.resamples > 0 ? '95 % intervals' : 'no intervals yet';
  const row = {
    rowKey: (r: RankedModel) => r.model.id,
    mark: (r: RankedModel) => <Swatch id={r.model.id} marks={marks} />,
    open: {
      label: (r: RankedModel) => `${oneLine(r.model.id)}: compare its answers, lowest quality first`,
      act: (r: RankedModel) => openCompare({ model: r.model.id }),
    },
  };
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
          hiddenAtFirst={DETAILS.filter((key) => key !== report.reward.models.cost.of)}
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
      <Charts report={report} summary={summary} marks={marks} />
      {children}
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
              const label = `compare its answers in ${oneLine(task)}`;
              return { label, act: () => openCompare({ model: r.model.id, task }) };
            }}
          />
        </>
      )}
    </>
  );
}

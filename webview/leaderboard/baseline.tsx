import { useMemo } from 'preact/hooks';
import type { ModelChange, RunComparison } from '../../src/core/report/comparison.ts';
import { type MarkOf, marksFor } from '../../src/core/report/render/charts/marks.ts';
import { csvLines } from '../../src/core/report/render/csv.ts';
import { count, counted, quality } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { ask, openCompare } from '../actions.ts';
import { comparison, runs } from '../app-state.ts';
import { Button } from '../components.ts';
import { host } from '../host.ts';
import { useResource } from '../resource.ts';
import { Failure, Loading } from '../ui/states.tsx';
import { Swatch } from '../ui/swatch.tsx';
import { Table } from '../ui/table.tsx';
import { runTime } from '../ui/time.ts';
import { COMPARISON_DETAILS, comparisonColumns, comparisonRows, comparisonValue } from './comparison-columns.ts';

/** Samples named for each model. */
const NAMED = 3;

/** What changed against the baseline of the folder. */
export function Baseline({ report }: { report: PanelReport }) {
  const marks = useMemo(() => marksFor(report.modelOrder), [report.modelOrder]);
  const { value, error, loading } = useResource(comparison);
  const all = useResource(runs).value;
  const hasBaseline = all?.some((run) => run.isBaseline && run.folder === report.run.folder) ?? false;
  return (
    <section aria-labelledby="baseline">
      <h2 id="baseline">Against the baseline</h2>
      {error !== null ? (
        <Failure what="The runs could not be compared." error={error} onRetry={() => comparison.changed(true)} />
      ) : value !== null ? (
        <Comparison report={report} value={value} marks={marks} />
      ) : loading && hasBaseline && !report.run.isBaseline ? (
        <Loading what="Comparing with the baseline…" />
      ) : (
        <p class="dim">{report.run.isBaseline ? IS_BASELINE : NO_BASELINE}</p>
      )}
    </section>
  );
}

const IS_BASELINE = 'This run is the baseline: later runs are compared with it, paired by sample.';
const NO_BASELINE =
  'No baseline is set. Set a run as baseline (above, or in Runs), and every later run says what changed: quality, reward and latency of each model, paired by sample, with intervals.';

function Comparison({ report, value, marks }: { report: PanelReport; value: RunComparison; marks: MarkOf }) {
  const isMinmax = report.reward.models.cost.normalize === 'minmax';
  const noReward = value.models.some((m) => m.reward.mean === null);
  const notes = [...missing(value), ...value.notes.map(oneLine), ...rewardReasons(value.models)];
  return (
    <>
      {value.models.length === 0 ? (
        <p>The two runs have no model in common.</p>
      ) : (
        <Table
          name="comparison"
          caption={`Change since the baseline of ${runTime(value.base.startedAt)}, paired by sample; 95 % intervals`}
          columns={comparisonColumns(value)}
          hiddenAtFirst={COMPARISON_DETAILS}
          rows={value.models}
          rowKey={(m) => m.id}
          value={comparisonValue}
          mark={(m) => <Swatch id={m.id} marks={marks} />}
          open={{
            label: (m) => `${oneLine(m.id)}: compare its answers, lowest quality first`,
            act: (m) => openCompare({ model: m.id }),
          }}
          csv={() => csvLines(comparisonRows(value))}
        />
      )}
      {notes.length > 0 && (
        <ul class="notes" aria-label="Notes on the comparison">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {isMinmax && noReward && (
        <div class="buttons">
          <Button
            title="Replaces min-max in the config by a budget proposed from this run, after showing the change"
            onClick={() => ask(host.writeBudget(report.run.key))}
          >
            Use a budget…
          </Button>
        </div>
      )}
      <LargestChanges models={value.models} marks={marks} />
    </>
  );
}

/** The samples whose quality changed most, each a way to its answers. */
function LargestChanges({ models, marks }: { models: ModelChange[]; marks: MarkOf }) {
  const changed = models.filter((m) => m.largest.length > 0);
  if (changed.length === 0) return null;
  return (
    <ul class="largest" aria-label="Samples whose quality changed most">
      {changed.map((m) => (
        <li key={m.id}>
          <Swatch id={m.id} marks={marks} />
          <bdi>{oneLine(m.id)}</bdi> changed most in{' '}
          {m.largest.slice(0, NAMED).map(({ sample, before, after }, i) => (
            <span key={sample}>
              {i > 0 && ', '}
              <button type="button" class="link" onClick={() => openCompare({ sample })}>
                <bdi>{oneLine(sample)}</bdi>
              </button>{' '}
              <span class="dim">
                {quality(before)} → {quality(after)}
              </span>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function missing({ onlyBase, onlyRun, samplesOnlyBase, samplesOnlyRun }: RunComparison): string[] {
  const names = (ids: string[]) => ids.map(oneLine).join(', ');
  return [
    ...(onlyRun.length > 0 ? [`Not in the baseline: ${names(onlyRun)}.`] : []),
    ...(onlyBase.length > 0 ? [`Only in the baseline: ${names(onlyBase)}.`] : []),
    ...(samplesOnlyRun + samplesOnlyBase > 0
      ? [
          `${counted(samplesOnlyRun, 'sample')} only in this run and ${count(samplesOnlyBase)} only in the baseline are left out.`,
        ]
      : []),
  ];
}

function rewardReasons(models: ModelChange[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { id, rewardNote } of models) {
    if (rewardNote !== null) reasons.set(rewardNote, [...(reasons.get(rewardNote) ?? []), oneLine(id)]);
  }
  return [...reasons].map(([note, ids]) => `${ids.join(', ')}: ${oneLine(note)}`);
}

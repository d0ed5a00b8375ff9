import { plain } from '../../src/core/report/render/format.ts';
import { gateSentence, rewardNotes, verdicts } from '../../src/core/report/render/sentences.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { RunSummary } from '../../src/core/report/summary.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';

interface NotesProps {
  report: PanelReport;
  /** Under the sliders' weights. */
  summary: RunSummary;
  weightsChanged: boolean;
}

/** What the data does not decide, what makes a figure unfair, and the gates. */
export function Notes({ report, summary, weightsChanged }: NotesProps) {
  // Without intervals nothing can be said of what is decided.
  const decided = summary.intervals.resamples > 0 ? verdicts(summary) : [];
  const all = [...decided, ...rewardNotes(summary), ...summary.warnings.map(oneLine)];
  // While a run goes on most of it is only not yet so; failures are not.
  const failing = summary.models.some((model) => model.errors > 0);
  const sentences = report.run.state !== 'running' ? all : failing ? summary.warnings.map(oneLine) : [];
  const { alpha, beta } = report.reward.models;
  return (
    <>
      {sentences.length > 0 && (
        <ul class="notes" aria-label="What the figures say">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {summary.gates.length > 0 && (
        <>
          <h2>Gates</h2>
          <ul class="gates">
            {summary.gates.map((gate) => (
              <li key={gateSentence(gate)}>
                <b class={gate.pass ? 'good' : 'bad'}>{gate.pass ? 'held' : 'failed'}</b> {gateSentence(gate)}
              </li>
            ))}
          </ul>
          {weightsChanged && summary.gates.some((gate) => gate.metric === 'reward') && (
            <p class="dim">
              Gates are judged with the run's own weights, α {plain(alpha)} and β {plain(beta)}.
            </p>
          )}
        </>
      )}
    </>
  );
}

import { count, duration } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { PanelRun } from '../../src/protocol/panel.ts';
import { showTab } from '../actions.ts';
import { app, type LiveState, report } from '../app-state.ts';
import { Button } from '../components.ts';
import { useResource } from '../resource.ts';
import { useStore } from '../store.ts';

/** How far the run is, or why it is not whole. Nothing for a run that is done. */
export function RunState() {
  const live = useStore(app, (s) => s.live);
  const value = useResource(report).value;
  const state = live?.state ?? value?.run.state;
  if (state === undefined || state === 'done') return null;
  if (state === 'gone')
    return (
      <div class="note bad-note" role="alert">
        <p>
          <b>This run is gone.</b> Its folder was deleted or moved; what is shown is what was read before.
        </p>
        <Button onClick={() => showTab('runs')}>Show the other runs</Button>
      </div>
    );
  if (state === 'running') return <Progress live={live} run={value?.run} done={value?.done} total={value?.total} />;
  return (
    <div class="note">
      <p>{ENDED[state](`${count(value?.done ?? live?.done)} of ${count(value?.total ?? live?.total)}`)}</p>
    </div>
  );
}

const ENDED: Record<'cancelled' | 'failed' | 'interrupted', (part: string) => string> = {
  cancelled: (part) => `The run was cancelled after ${part} steps. The figures are of that part; Resume does the rest.`,
  failed: (part) =>
    `The run could not finish: ${part} steps are done. No model could be used; what is wrong is said under the table.`,
  interrupted: (part) =>
    `The run was interrupted after ${part} steps: its process ended without a word. Nothing complete is lost; Resume does the rest.`,
};

function Progress({
  live,
  run,
  done,
  total,
}: {
  live: LiveState | null;
  run: PanelRun | undefined;
  done: number | undefined;
  total: number | undefined;
}) {
  const now = { done: live?.done ?? done ?? 0, total: live?.total ?? total ?? 0 };
  const words = [
    `${count(now.done)} of ${count(now.total)}`,
    ...(live?.label ? [oneLine(live.label)] : []),
    ...(live?.etaMs ? [`about ${duration(live.etaMs)} left`] : []),
    ...(run && !run.active ? ['run by another window or the command line'] : []),
  ];
  return (
    <div class="progress">
      <progress aria-label="Progress of the run" value={now.done} max={Math.max(1, now.total)} />
      <p class="dim">{words.join(' · ')}. Figures so far, without intervals.</p>
    </div>
  );
}

import { counted } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { PanelReport, PanelRun } from '../../src/protocol/panel.ts';
import { ask } from '../actions.ts';
import { app, report, runs } from '../app-state.ts';
import { Button } from '../components.ts';
import { host } from '../host.ts';
import { useResource } from '../resource.ts';
import { useStore } from '../store.ts';
import { runTime } from '../ui/time.ts';

/** Which run is shown, on what it was made, and what can be done with it. */
export function Header() {
  const key = useStore(app, (s) => s.run);
  const place = useStore(app, (s) => s.place)!;
  const loaded = useResource(report).value;
  const listed = useResource(runs).value?.find((run) => run.key === key);
  const run = loaded?.run ?? listed ?? null;
  return (
    <header class="header">
      <h1>{run ? oneLine(run.folder) : 'PoQ'}</h1>
      {run && (
        <time class="badge" dateTime={run.startedAt} title={run.id}>
          run {runTime(run.startedAt)}
        </time>
      )}
      {run?.isBaseline && <span class="badge">baseline</span>}
      {run && <span class="dim small facts">{facts(run, loaded, place.machine)}</span>}
      {run && <RunButtons run={run} />}
    </header>
  );
}

function facts(run: PanelRun, loaded: PanelReport | null, machine: string): string {
  const devices = [...new Set(loaded?.summary.models.flatMap((model) => model.devices) ?? [])].sort();
  const seed = loaded?.summary.intervals.seed;
  return [
    counted(run.samples, 'sample'),
    counted(run.models.length, 'model'),
    counted(run.evaluators.length, 'evaluator'),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    [machine, ...devices].map(oneLine).join(', '),
  ].join(' · ');
}

function RunButtons({ run }: { run: PanelRun }) {
  const live = useStore(app, (s) => s.live);
  const trusted = useStore(app, (s) => s.place!.trusted);
  const state = live?.state ?? run.state;
  if (state === 'gone') return null;
  const untrusted = trusted ? undefined : 'Nothing runs in a workspace that is not trusted.';
  return (
    <div class="buttons">
      {run.isBaseline ? (
        <Button onClick={() => ask(host.setBaseline(run.key, false))}>Clear baseline</Button>
      ) : (
        <Button
          disabled={state === 'running'}
          title="Later runs are compared with this one"
          onClick={() => ask(host.setBaseline(run.key, true))}
        >
          Set as baseline
        </Button>
      )}
      <Button disabled={state === 'running'} onClick={() => ask(host.exportRun(run.key))}>
        Export…
      </Button>
      {run.active && state === 'running' && <Button onClick={() => ask(host.cancel(run.key))}>Cancel</Button>}
      {run.canResume && state !== 'running' && (
        <Button disabled={!trusted} title={untrusted} onClick={() => ask(host.resume(run.key))}>
          Resume
        </Button>
      )}
      {state !== 'running' && (
        <Button disabled={!trusted} title={untrusted} onClick={() => ask(host.runAgain(run.key))}>
          Run again
        </Button>
      )}
    </div>
  );
}

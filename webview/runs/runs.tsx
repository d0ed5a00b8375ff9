import { useState } from 'preact/hooks';
import { counted } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { PanelRun } from '../../src/protocol/panel.ts';
import { ask, showRun, showTab } from '../actions.ts';
import { app, runs } from '../app-state.ts';
import { host } from '../host.ts';
import { useResource } from '../resource.ts';
import { useStore } from '../store.ts';
import { Failure, Loading } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { runTime } from '../ui/time.ts';
import { runColumns, runValue } from './columns.ts';

/** Runs that are listed before somebody asks for the others. */
const FIRST = 100;

/** Every run that is stored, newest first. */
export function Runs() {
  const { value, error } = useResource(runs);
  const shown = useStore(app, (s) => s.run);
  const { severalFolders, trusted } = useStore(app, (s) => s.place!);
  const [all, setAll] = useState(false);
  if (value === null) {
    if (error === null) return <Loading what="Reading the list of runs…" />;
    return (
      <Failure what="The runs could not be listed." error={error} onRetry={() => runs.changed(true)} outputChannel />
    );
  }
  if (value.length === 0) return <p class="empty">No run is stored any more.</p>;
  const listed = all ? value : value.slice(0, FIRST);
  const problems = listed.filter((run) => run.problem !== null);
  const interrupted = listed.some((run) => run.state === 'interrupted');
  return (
    <>
      {error !== null && <Failure what="The list below is older." error={error} onRetry={() => runs.changed(true)} />}
      <Table
        name="runs"
        caption={`${counted(value.length, 'run')}, newest first`}
        columns={runColumns(severalFolders)}
        hiddenAtFirst={['machine']}
        rows={listed}
        rowKey={(run) => run.key}
        value={runValue}
        note={(run) => (run.isBaseline ? 'baseline' : '')}
        current={(run) => run.key === shown}
        open={{
          label: (run) => `Show the run of ${runTime(run.startedAt)}`,
          act: (run) => {
            showRun(run.key);
            showTab('leaderboard');
          },
        }}
        actions={(run) => <RunActions run={run} trusted={trusted} />}
      />
      {listed.length < value.length && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          Show all {counted(value.length, 'run')}
        </button>
      )}
      {interrupted && (
        <p class="dim">
          Interrupted: the run's process ended without a word, as with a crash or a closed window. Nothing complete is
          lost; Resume does what is missing.
        </p>
      )}
      {problems.length > 0 && (
        <ul class="notes" aria-label="Runs that cannot be read">
          {problems.map((run) => (
            <li key={run.key}>
              {runTime(run.startedAt)}: {oneLine(run.problem!)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Native buttons: some hundred of the components would be slow. */
function RunActions({ run, trusted }: { run: PanelRun; trusted: boolean }) {
  const running = run.state === 'running';
  const when = runTime(run.startedAt);
  const readable = run.problem === null;
  const action = (text: string, call: () => Promise<unknown>, enabled = true) => (
    <button type="button" aria-label={`${text}: run of ${when}`} disabled={!enabled} onClick={() => ask(call())}>
      {text}
    </button>
  );
  return (
    <>
      {run.isBaseline
        ? action('Clear baseline', () => host.setBaseline(run.key, false))
        : readable && !running && action('Set as baseline', () => host.setBaseline(run.key, true))}
      {run.canResume && !running && action('Resume', () => host.resume(run.key), trusted)}
      {run.active && running && action('Cancel', () => host.cancel(run.key))}
      {readable && !running && action('Export…', () => host.exportRun(run.key))}
      {!running && action('Delete', () => host.deleteRun(run.key))}
    </>
  );
}

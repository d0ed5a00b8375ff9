import { useEffect, useLayoutEffect } from 'preact/hooks';
import type { PanelPlace, Tab } from '../../src/protocol/panel.ts';
import { showRun, start } from '../actions.ts';
import { app, report, runs } from '../app-state.ts';
import { Compare } from '../compare/compare.tsx';
import { Button } from '../components.ts';
import { Evaluators } from '../evaluators/evaluators.tsx';
import { isNumber, keep, kept } from '../kept.ts';
import { Leaderboard } from '../leaderboard/leaderboard.tsx';
import { useResource } from '../resource.ts';
import { Runs } from '../runs/runs.tsx';
import { useStore } from '../store.ts';
import { EmptyState, Failure, Loading } from '../ui/states.tsx';
import { Announcer } from './announcer.tsx';
import { Header } from './header.tsx';
import { RunState } from './run-state.tsx';
import { Tabs } from './tabs.tsx';

/** The whole panel. */
export function App() {
  return (
    <>
      <Announcer />
      <Problem />
      <Content />
    </>
  );
}

function Content() {
  const place = useStore(app, (s) => s.place);
  const failed = useStore(app, (s) => s.failed);
  const run = useStore(app, (s) => s.run);
  const tab = useStore(app, (s) => s.tab);
  if (failed !== null) return <Failure what="The panel could not be opened." error={failed} onRetry={start} />;
  if (place === null) return <Loading />;
  if (run === null) return <NoRun place={place} />;
  return (
    <>
      <Header />
      <Tabs tab={tab}>
        {tab === 'runs' ? (
          <Runs />
        ) : (
          <>
            <RunState />
            <OfRun key={run} tab={tab} />
          </>
        )}
      </Tabs>
    </>
  );
}

/** The first run that comes is shown. */
function NoRun({ place }: { place: PanelPlace }) {
  const newest = useResource(runs).value?.[0]?.key;
  useEffect(() => {
    if (newest !== undefined) showRun(newest);
  }, [newest]);
  return <EmptyState place={place} />;
}

/** The tabs that show one run. They may rely on its report being there. */
function OfRun({ tab }: { tab: Exclude<Tab, 'runs'> }) {
  const { value, error } = useResource(report);
  const gone = useStore(app, (s) => s.live?.state === 'gone');
  useKeptScroll(tab, value !== null);
  if (value === null) {
    if (gone) return null; // said above
    if (error === null) return <Loading />;
    return (
      <Failure what="The run could not be read." error={error} onRetry={() => report.changed(true)} outputChannel />
    );
  }
  return (
    <>
      {error !== null && !gone && (
        <Failure what="The figures below are older." error={error} onRetry={() => report.changed(true)} />
      )}
      {tab === 'leaderboard' && <Leaderboard report={value} />}
      {tab === 'compare' && <Compare report={value} />}
      {tab === 'evaluators' && <Evaluators report={value} />}
    </>
  );
}

/** Every tab comes back where it was scrolled to. */
function useKeptScroll(tab: Tab, ready: boolean) {
  useLayoutEffect(() => {
    if (ready) window.scrollTo(0, kept(`scroll.${tab}`, 0, isNumber));
  }, [tab, ready]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(() => ready && keep(`scroll.${tab}`, window.scrollY), 150);
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('scroll', onScroll);
    };
  }, [tab, ready]);
}

/** What a call of the host went wrong with. */
function Problem() {
  const problem = useStore(app, (s) => s.problem);
  if (problem === null) return null;
  return (
    <div class="problem" role="alert">
      <p>{problem}</p>
      <Button onClick={() => app.set({ problem: null })}>Dismiss</Button>
    </div>
  );
}

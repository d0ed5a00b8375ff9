import './compare.css';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { count, counted } from '../../src/core/report/render/format.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { announce, ask, copy } from '../actions.ts';
import { app, rows as rowsOfRun } from '../app-state.ts';
import { Button } from '../components.ts';
import { host } from '../host.ts';
import { isNumber, keep, kept, useKept } from '../kept.ts';
import { useResource } from '../resource.ts';
import { useStore } from '../store.ts';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { sampleAsMarkdown } from './copy.ts';
import { DetailPane } from './detail-pane.tsx';
import { Filters } from './filters.tsx';
import { orderedBy, passing } from './order.ts';
import { SampleList } from './sample-list.tsx';
import {
  type CompareFilters,
  type CompareState,
  chosenModels,
  FIRST_STATE,
  fitting,
  isCompareState,
  NO_FILTERS,
  requested,
} from './state.ts';
import { CopyTools, Toolbar } from './toolbar.tsx';
import { useFill } from './use-fill.ts';
import { useSampleCache } from './use-sample-cache.ts';

/** Answers of any models side by side: the samples of the run as a list, and the selected one's texts. */
export function Compare({ report }: { report: PanelReport }) {
  const { value, error } = useResource(rowsOfRun);
  const retry = () => rowsOfRun.changed(true);
  if (value === null) {
    if (error === null) return <Loading what="Reading the samples…" />;
    return <Failure what="The samples could not be read." error={error} onRetry={retry} />;
  }
  if (value.samples.length === 0) return <Empty>This run has no samples yet.</Empty>;
  return (
    <>
      {error !== null && <Failure what="The samples below are older." error={error} onRetry={retry} />}
      <Samples rows={value} report={report} />
    </>
  );
}

function Samples({ rows, report }: { rows: RunRows; report: PanelReport }) {
  const run = report.run.key;
  const live = useStore(app, (s) => s.live?.state ?? report.run.state) === 'running';
  const [state, keepState] = useKept<CompareState>('compare', FIRST_STATE, isCompareState);
  const latest = useRef(state);
  latest.current = state;
  const set = (patch: Partial<CompareState>) => {
    latest.current = { ...latest.current, ...patch };
    keepState(latest.current);
  };

  const change = (patch: Partial<CompareState>) => set(patch.sort === undefined ? patch : { ...patch, selected: null });

  const request = useStore(app, (s) => s.compare);
  useEffect(() => {
    if (request === null) return;
    set(requested(request, latest.current));
    app.set({ compare: null });
  }, [request]);

  const { filters, diff } = useMemo(() => fitting(state, rows), [state.filters, state.diff, rows]);
  const models = useMemo(() => chosenModels(rows.models, state.models), [rows.models, state.models]);
  const shown = useMemo(() => models.map((model) => rows.models[model]!), [models, rows.models]);
  const sorted = useMemo(
    () => orderedBy(rows, state.sort, filters.model, shown),
    [rows, state.sort, filters.model, shown],
  );
  const order = useMemo(() => passing(rows, sorted, filters, shown), [rows, sorted, filters, shown]);

  const selected = useMemo(
    () => (state.selected === null ? -1 : rows.samples.indexOf(state.selected)),
    [rows.samples, state.selected],
  );
  const select = (sample: number) => set({ selected: rows.samples[sample]! });
  // Who asks for other samples, or another order, gets the first of them selected and with that the list's top; what a
  // run adds leaves the selection alone.
  useLayoutEffect(() => {
    if (order.length > 0 && !order.includes(selected)) select(order[0]!);
  }, [state.filters, state.sort, selected < 0 && order.length > 0]);
  useCountAnnouncement(order.length, rows.samples.length, state.filters);

  const cache = useSampleCache(run, rows);
  const inSight = useRef<number[]>([]);
  const want = () => {
    const samples = selected < 0 ? inSight.current : [selected, ...inSight.current];
    cache.want([...new Set(samples)].map((sample) => rows.samples[sample]!));
  };
  useEffect(want, [cache, selected, rows]);

  const list = useRef<HTMLDivElement>(null);
  const detail = useRef<HTMLElement>(null);
  const panes = useFill();
  const keepScroll = useKeptScroll();
  const step = (by: number) => {
    const to = order.indexOf(selected) + by;
    if (to >= 0 && to < order.length) select(order[to]!);
  };
  const actions = {
    reveal: () => ask(host.revealSample(run, rows.samples[selected]!)),
    copy: () => {
      const known = cache.get(rows.samples[selected]!);
      if (known === undefined || known === 'unknown') return;
      copy(sampleAsMarkdown(known, shown), 'Sample');
    },
    step,
    back: () => list.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus(),
  };

  return (
    <div class="compare">
      <Filters rows={rows} filters={filters} onChange={(next) => set({ filters: next, selected: null })} />
      <Toolbar rows={rows} order={order} models={models} sort={state.sort} diff={diff} onChange={change} />
      {order.length === 0 ? (
        <Empty action={<Button onClick={() => set({ filters: NO_FILTERS, selected: null })}>Reset filters</Button>}>
          No sample matches the filters.
        </Empty>
      ) : (
        <div class="bar">
          <p class="cmp-keys dim" id="cmp-keys">
            Keys: <kbd>↓</kbd> <kbd>↑</kbd> or <kbd>j</kbd> <kbd>k</kbd> next and previous sample · <kbd>Enter</kbd> its
            texts · <kbd>Esc</kbd> back to the list · <kbd>o</kbd> open in its file · <kbd>c</kbd> copy
          </p>
          <CopyTools rows={rows} order={order} models={models} />
        </div>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the grid and the details in it */}
      <div class="cmp-panes" ref={panes} hidden={order.length === 0} onKeyDown={(event) => onKey(event, actions)}>
        <SampleList
          rows={rows}
          order={order}
          models={models}
          selected={selected}
          sort={state.sort}
          live={live}
          initialOffset={keepScroll.initial}
          scroller={list}
          detailOf={(id) => cache.get(id)}
          onSelect={select}
          onOpen={() => detail.current?.focus()}
          onScroll={keepScroll.keep}
          onSight={(samples) => {
            inSight.current = samples;
            want();
          }}
        />
        {selected >= 0 && (
          <DetailPane
            pane={detail}
            rows={rows}
            index={selected}
            position={order.indexOf(selected)}
            listed={order.length}
            models={models}
            live={live}
            cache={cache}
            diff={diff}
            promptOpen={state.promptOpen}
            actions={actions}
            onPromptOpen={(promptOpen) => set({ promptOpen })}
          />
        )}
      </div>
    </div>
  );
}

/** Keys that work in the list and in the details alike. */
function onKey(event: KeyboardEvent, actions: { reveal(): void; copy(): void }): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = { o: actions.reveal, c: actions.copy }[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/** Where the list was scrolled to. */
function useKeptScroll(): { initial: number; keep(top: number): void } {
  const initial = useRef<number | null>(null);
  initial.current ??= kept('compare.scroll', 0, isNumber);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return {
    initial: initial.current,
    keep: (top) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => keep('compare.scroll', top), 200);
    },
  };
}

/** Says how many samples are left once somebody has stopped changing the filters; not when a run adds rows. */
function useCountAnnouncement(shown: number, all: number, filters: CompareFilters): void {
  const first = useRef(true);
  const text = useRef('');
  text.current = `${count(shown)} of ${counted(all, 'sample')}`;
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const timer = setTimeout(() => announce(text.current), 500);
    return () => clearTimeout(timer);
  }, [filters]);
}

import type { RefObject } from 'preact';
import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { marksFor } from '../../src/core/report/render/charts/marks.ts';
import { count, duration, fixed, UNKNOWN } from '../../src/core/report/render/format.ts';
import { ellipsis, oneLine } from '../../src/core/report/render/visible.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import { ABSENT, cellOf, disagreementOf, FAILED, taskOf } from './figures.ts';
import { labelOf } from './label.ts';
import { ModelName } from './model-name.tsx';
import type { Known } from './sample-cache.ts';
import type { CompareSort } from './state.ts';
import { useVirtual } from './use-virtual.ts';

/** A row's height in units of the font size: two lines and some room. */
const ROW_LINES = 3.1;
const PAGE_ROWS = 10;
const LONGEST_ID = 160;

interface ListProps {
  rows: RunRows;
  /** The samples that are shown, by index, in their order. */
  order: Uint32Array | number[];
  /** The models that have a column, by index. */
  models: number[];
  /** Index of the selected sample; -1 for none. */
  selected: number;
  sort: CompareSort;
  live: boolean;
  initialOffset: number;
  scroller: RefObject<HTMLDivElement>;
  detailOf(id: string): Known;
  onSelect(sample: number): void;
  /** Enter: to the details of the selected sample. */
  onOpen(): void;
  onScroll(top: number): void;
  /** Which samples are in sight now. */
  onSight(samples: number[]): void;
}

/**
 * The samples as a grid of which only the rows in sight exist. One row at a time takes the focus; the arrow keys, j and
 * k, Home, End and the page keys move it, and the selection with it.
 */
export function SampleList(props: ListProps) {
  const { rows, order, models, selected, scroller } = props;
  const rowHeight = useRowHeight(scroller);
  const active = selected < 0 ? -1 : order.indexOf(selected);
  const colours = useMemo(() => rows.models.map((id) => marksFor(rows.models)(id).colour), [rows.models]);
  const focusNext = useRef(false);
  const { items, height, scrollTo } = useVirtual({
    count: order.length,
    rowHeight,
    scroller,
    head: Math.round(rowHeight * 0.6),
    pinned: active,
    initialOffset: props.initialOffset,
  });

  const first = items[0]?.index ?? -1;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => props.onSight(items.map((item) => order[item.index]!)), [order, first, last]);

  // The row must exist before it can take the focus.
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    const row = scroller.current?.querySelector<HTMLElement>('[role="row"][aria-selected="true"]');
    if (!row) return;
    focusNext.current = false;
    row.focus({ preventScroll: true });
  });

  // A selection from elsewhere, or another order, is brought into sight.
  useLayoutEffect(() => {
    if (active >= 0) scrollTo(active);
  }, [selected, order.length, props.sort]);

  const move = (to: number) => {
    if (order.length === 0) return;
    const index = Math.max(0, Math.min(order.length - 1, to));
    focusNext.current = true;
    props.onSelect(order[index]!);
    scrollTo(index);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      j: active + 1,
      ArrowUp: active - 1,
      k: active - 1,
      Home: 0,
      End: order.length - 1,
      PageDown: active + PAGE_ROWS,
      PageUp: active - PAGE_ROWS,
    };
    const to = moves[event.key];
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && active >= 0) props.onOpen();
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      class="cmp-list"
      role="grid"
      aria-label="Samples"
      aria-rowcount={order.length + 1}
      aria-colcount={models.length + 3}
      aria-describedby="cmp-keys"
      style={{ '--columns': models.length, '--cell': `${cellWidth(models.map((m) => rows.models[m]!))}px` }}
      onKeyDown={onKeyDown}
      onScroll={(event) => props.onScroll(event.currentTarget.scrollTop)}
    >
      <Head rows={rows} models={models} sort={props.sort} height={Math.round(rowHeight * 0.6)} />
      <div role="rowgroup" class="cmp-canvas" style={{ height: `${height}px` }}>
        {items.map((item) => {
          const sample = order[item.index]!;
          const isSelected = sample === selected;
          return (
            <Row
              key={sample}
              rows={rows}
              sample={sample}
              position={item.index}
              models={models}
              colours={colours}
              detail={props.detailOf(rows.samples[sample]!)}
              selected={isSelected}
              tabbable={isSelected || (active < 0 && item.index === first)}
              live={props.live}
              sort={props.sort}
              top={item.top}
              height={rowHeight}
              onSelect={props.onSelect}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Pixels of a model's column: for the names in its head, within bounds. */
function cellWidth(names: string[]): number {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return Math.min(104, Math.max(54, Math.ceil(6.8 * longest) + 28));
}

function useRowHeight(scroller: RefObject<HTMLElement>): number {
  const [height, setHeight] = useState(40);
  useLayoutEffect(() => {
    const size = Number.parseFloat(getComputedStyle(scroller.current!).fontSize);
    setHeight(Math.round(size * ROW_LINES));
  }, [scroller]);
  return height;
}

/** Beside quality, what the list is sorted by. */
function extraTitle(sort: CompareSort): string {
  return sort === 'latency' ? 'Slowest' : sort === 'truth' ? 'Truth' : 'Spread';
}

function Head({ rows, models, sort, height }: { rows: RunRows; models: number[]; sort: CompareSort; height: number }) {
  const extra = extraTitle(sort);
  const titles = {
    Spread: 'Difference between the best and the worst quality',
    Slowest: 'The longest latency of the models shown',
    Truth: 'The lowest token F1 of the models shown',
  };
  return (
    <div role="rowgroup" class="cmp-head" style={{ height: `${height}px` }}>
      <div role="row" aria-rowindex={1} class="cmp-row">
        <span role="columnheader" class="cmp-name">
          Sample
        </span>
        {models.map((model) => (
          <span key={model} role="columnheader" class="cmp-cell" title={`Quality of ${oneLine(rows.models[model]!)}`}>
            <ModelName models={rows.models} id={rows.models[model]!} />
          </span>
        ))}
        <span role="columnheader" class="cmp-cell" title={titles[extra as keyof typeof titles]}>
          {extra}
        </span>
      </div>
    </div>
  );
}

interface RowProps {
  rows: RunRows;
  sample: number;
  position: number;
  models: number[];
  /** Of all models of the run: the class that sets the colour. */
  colours: string[];
  detail: Known;
  selected: boolean;
  tabbable: boolean;
  live: boolean;
  sort: CompareSort;
  top: number;
  height: number;
  onSelect(sample: number): void;
}

const Row = memo(function Row(props: RowProps) {
  const { rows, sample, models, colours, detail, selected } = props;
  const id = oneLine(rows.samples[sample]!);
  const task = taskOf(rows, sample);
  const blank = <span class="cmp-blank" aria-hidden="true" />;
  const label = detail === undefined ? blank : detail === 'unknown' ? '(no texts)' : labelOf(detail);
  return (
    <div
      role="row"
      class={selected ? 'cmp-row selected' : 'cmp-row'}
      aria-rowindex={props.position + 2}
      aria-selected={selected}
      tabIndex={props.tabbable ? 0 : -1}
      style={{ height: `${props.height}px`, transform: `translateY(${props.top}px)` }}
      onClick={() => props.onSelect(sample)}
      onFocus={() => !selected && props.onSelect(sample)}
    >
      <span role="rowheader" class="cmp-name" title={id}>
        <bdi class="cmp-label">{label}</bdi>
        <span class="cmp-id">
          <bdi>{ellipsis(id, LONGEST_ID)}</bdi>
          {task !== null && <bdi> · {oneLine(task)}</bdi>}
        </span>
      </span>
      {models.map((model) => (
        <Cell key={model} rows={rows} sample={sample} model={model} colour={colours[model]!} live={props.live} />
      ))}
      <span role="gridcell" class="cmp-cell dim">
        {extraOf(rows, sample, models, props.sort)}
      </span>
    </div>
  );
});

interface CellProps {
  rows: RunRows;
  sample: number;
  model: number;
  colour: string;
  live: boolean;
}

function Cell({ rows, sample, model, colour, live }: CellProps) {
  const { state, quality, failedChecks } = cellOf(rows, sample, model);
  if (state === ABSENT)
    return (
      <span role="gridcell" class="cmp-cell dim" title={live ? 'Not answered yet' : 'No answer in this run'}>
        {live ? '…' : UNKNOWN}
      </span>
    );
  const checks = failedChecks > 0 ? `${count(failedChecks)} failed check${failedChecks > 1 ? 's' : ''}` : '';
  return (
    <span role="gridcell" class="cmp-cell" title={checks || undefined}>
      {state === FAILED ? <span class="bad">failed</span> : fixed(quality, 1)}
      {checks !== '' && (
        <span class="bad">
          <span aria-hidden="true"> ✗</span>
          <span class="unseen"> {checks}</span>
        </span>
      )}
      {quality !== null && state !== FAILED && (
        <span class={`cmp-track ${colour}`}>
          <span style={{ width: `${10 * quality}%` }} />
        </span>
      )}
    </span>
  );
}

function extraOf(rows: RunRows, sample: number, models: number[], sort: CompareSort): string {
  const title = extraTitle(sort);
  if (title === 'Spread') return fixed(disagreementOf(rows, sample, models), 1);
  const cells = models.map((model) => cellOf(rows, sample, model));
  const values = cells.map((c) => (title === 'Slowest' ? c.latencyMs : c.truth)).filter((v) => v !== null);
  if (values.length === 0) return UNKNOWN;
  return title === 'Slowest' ? duration(Math.max(...values)) : fixed(Math.min(...values), 1);
}

import { useRef } from 'preact/hooks';
import type { Column } from '../../src/core/report/render/columns.ts';
import type { TableState } from './table-state.ts';

interface HeaderCellProps<Row> {
  column: Column<Row>;
  state: TableState;
  onChange(state: TableState): void;
}

const NARROWEST = 32;
const WIDEST = 800;
/** Pixels that Alt with an arrow key makes a column wider or narrower. */
const STEP = 16;

/**
 * A column's title: a press sorts by it, first the way that is looked for most (large figures, small names), then the
 * other way, then not at all. Its right edge can be dragged; Alt and the arrow keys do the same.
 */
export function HeaderCell<Row>({ column, state, onChange }: HeaderCellProps<Row>) {
  const cell = useRef<HTMLTableCellElement>(null);
  const { key, title, numeric } = column;
  const sort = state.sort?.column === key ? state.sort : null;
  const width = state.widths[key];
  const setWidth = (pixels: number) => {
    const next = Math.round(Math.min(WIDEST, Math.max(NARROWEST, pixels)));
    onChange({ ...state, widths: { ...state.widths, [key]: next } });
  };
  const press = () => {
    const first = numeric && key !== 'rank';
    if (sort === null) onChange({ ...state, sort: { column: key, descending: first } });
    else onChange({ ...state, sort: sort.descending === first ? { column: key, descending: !first } : null });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    event.preventDefault();
    event.stopPropagation();
    setWidth(cell.current!.offsetWidth + (event.key === 'ArrowRight' ? STEP : -STEP));
  };
  const onPointerDown = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    const from = { x: event.clientX, width: cell.current!.offsetWidth };
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => setWidth(from.width + move.clientX - from.x);
    handle.onlostpointercapture = () => {
      handle.onpointermove = null;
    };
  };
  return (
    <th
      ref={cell}
      scope="col"
      class={numeric ? 'num' : undefined}
      aria-sort={sort ? (sort.descending ? 'descending' : 'ascending') : undefined}
      style={width === undefined ? undefined : { width, minWidth: width, maxWidth: width }}
    >
      <button
        type="button"
        title={`${title}: sort. Alt+← and Alt+→ make it narrower and wider.`}
        aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight"
        onClick={press}
        onKeyDown={onKeyDown}
      >
        {title}
        <span class="arrow" aria-hidden="true">
          {sort ? (sort.descending ? '▾' : '▴') : ''}
        </span>
      </button>
      <span class="resizer" aria-hidden="true" onPointerDown={onPointerDown} />
    </th>
  );
}

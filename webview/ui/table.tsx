import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Cell, Column } from '../../src/core/report/render/columns.ts';
import { type CsvValue, csvLines } from '../../src/core/report/render/csv.ts';
import { markdownTable } from '../../src/core/report/render/markdown.ts';
import { copy } from '../actions.ts';
import { Checkbox } from '../components.ts';
import { useKept } from '../kept.ts';
import { HeaderCell } from './table-header.tsx';
import { isTableState, NOTHING_CHANGED, sorted } from './table-state.ts';

export interface TableProps<Row> {
  /** Sort, hidden columns and widths are kept under this name. */
  name: string;
  caption: string;
  columns: Column<Row>[];
  /** Keys of columns that are not shown until somebody chooses them. */
  hiddenAtFirst?: readonly string[];
  /** In their own order, which holds until a column is sorted by. */
  rows: Row[];
  rowKey(row: Row): string;
  /** A cell's value with all its digits, for sorting and CSV; its text where this is undefined. */
  value?(row: Row, column: string): CsvValue | undefined;
  /** Stands before the name of a row. */
  mark?(row: Row): ComponentChildren;
  /** Stands small after the name of a row. */
  note?(row: Row): string;
  /** Where a row leads to, and what that is called. */
  open?: { label(row: Row): string; act(row: Row): void };
  /** Where a cell leads to that has a place of its own; undefined: to where its row leads. */
  openCell?(row: Row, column: string): { label: string; act(): void } | undefined;
  /** What can be done with a row, in a last column. */
  actions?(row: Row): ComponentChildren;
  /** The row that is shown elsewhere in the panel. */
  current?(row: Row): boolean;
  /** All of the table as CSV, instead of the visible cells. */
  csv?(): string;
}

/** A table whose columns can be sorted, hidden and resized, by mouse and by keyboard; it can be copied. */
export function Table<Row>(props: TableProps<Row>) {
  const { name, caption, columns, rows, rowKey, hiddenAtFirst = [] } = props;
  const atFirst = { ...NOTHING_CHANGED, hidden: [...hiddenAtFirst] };
  const [state, setState] = useKept(`table.${name}`, atFirst, isTableState);
  const [choosing, setChoosing] = useState(false);
  const shown = columns.filter((c) => !state.hidden.includes(c.key));
  const valueIn = (row: Row, column: Column<Row>): CsvValue =>
    props.value?.(row, column.key) ?? (props.value?.(row, column.key) === null ? null : column.cell(row).text);
  const sortColumn = columns.find((c) => c.key === state.sort?.column);
  const ordered = sortColumn ? sorted(rows, (row) => valueIn(row, sortColumn), state.sort!.descending) : rows;
  const named = shown.find((c) => !c.numeric)?.key;
  const asCsv = () =>
    props.csv?.() ?? csvLines([shown.map((c) => c.title), ...ordered.map((row) => shown.map((c) => valueIn(row, c)))]);
  return (
    <section class="table" aria-label={caption}>
      <div class="bar">
        <span class="dim small">{caption}</span>
        <div class="tools">
          <button
            type="button"
            aria-label={`Copy as Markdown: ${caption}`}
            onClick={() => copy(`${markdownTable(shown, ordered).join('\n')}\n`, 'Table')}
          >
            Copy as Markdown
          </button>
          <button type="button" aria-label={`Copy as CSV: ${caption}`} onClick={() => copy(asCsv(), 'Table')}>
            Copy as CSV
          </button>
          <button
            type="button"
            aria-expanded={choosing}
            aria-label={`Columns: ${caption}`}
            onClick={() => setChoosing(!choosing)}
          >
            Columns
          </button>
        </div>
      </div>
      {choosing && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a line
        <div class="chooser" role="group" aria-label="Columns that are shown">
          {columns.map((column) => (
            <Checkbox
              key={column.key}
              checked={!state.hidden.includes(column.key)}
              disabled={column.key === named && !state.hidden.includes(column.key)}
              onChange={(on) =>
                setState({
                  ...state,
                  hidden: on ? state.hidden.filter((key) => key !== column.key) : [...state.hidden, column.key],
                })
              }
            >
              {column.title}
            </Checkbox>
          ))}
          <button type="button" class="link" onClick={() => setState(atFirst)}>
            Reset sorting, columns and widths
          </button>
        </div>
      )}
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {shown.map((column) => (
                <HeaderCell key={column.key} column={column} state={state} onChange={setState} />
              ))}
              {props.actions && (
                <th scope="col" class="actions">
                  <span class="unseen">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {ordered.map((row) => (
              <TableRow key={rowKey(row)} {...props} row={row} shown={shown} named={named} widths={state.widths} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

type RowProps<Row> = TableProps<Row> & {
  row: Row;
  shown: Column<Row>[];
  named: string | undefined;
  widths: Record<string, number>;
};

function TableRow<Row>({ row, shown, named, widths, open, openCell, mark, note, actions, current }: RowProps<Row>) {
  const onClick = (event: MouseEvent) => {
    // A press on a control inside, or the end of selecting text, is not meant for the row.
    if ((event.target as Element).closest('button, a, vscode-button') || getSelection()?.type === 'Range') return;
    open?.act(row);
  };
  return (
    <tr class={open && 'opens'} aria-current={current?.(row) ? 'true' : undefined} onClick={open && onClick}>
      {shown.map((column) => {
        const { text, aside, tone } = column.cell(row);
        const figure = <Figure text={text} tone={tone} />;
        const width = widths[column.key];
        const style = width === undefined ? undefined : { width, minWidth: width, maxWidth: width };
        if (column.key === named)
          return (
            <th key={column.key} scope="row" style={style} title={text}>
              {mark?.(row)}
              {open ? (
                <button type="button" class="link" aria-label={open.label(row)} onClick={() => open.act(row)}>
                  <bdi>{figure}</bdi>
                </button>
              ) : (
                <bdi>{figure}</bdi>
              )}
              {note && <span class="dim small"> {note(row)}</span>}
            </th>
          );
        const place = openCell?.(row, column.key);
        return (
          <td
            key={column.key}
            class={column.numeric ? 'num' : undefined}
            style={style}
            title={aside ? `${text} ${aside}` : text}
          >
            {place ? (
              <button type="button" class="link" aria-label={`${text}: ${place.label}`} onClick={() => place.act()}>
                {figure}
              </button>
            ) : (
              figure
            )}
            {aside && <span class="aside"> {aside}</span>}
          </td>
        );
      })}
      {actions && (
        <td class="actions">
          <div class="tools">{actions(row)}</div>
        </td>
      )}
    </tr>
  );
}

function Figure({ text, tone }: Pick<Cell, 'text' | 'tone'>) {
  if (tone === 'strong') return <b>{text}</b>;
  return <span class={tone}>{text}</span>;
}

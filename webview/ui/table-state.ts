import type { CsvValue } from '../../src/core/report/render/csv.ts';
import { isNumber, isString, isStrings } from '../kept.ts';

export interface TableState {
  /** Null: the rows' own order. */
  sort: { column: string; descending: boolean } | null;
  hidden: string[];
  /** Pixels, of the columns that were resized. */
  widths: Record<string, number>;
}

export const NOTHING_CHANGED: TableState = { sort: null, hidden: [], widths: {} };

export function isTableState(value: unknown): value is TableState {
  if (typeof value !== 'object' || value === null) return false;
  const { sort, hidden, widths } = value as Partial<Record<keyof TableState, unknown>>;
  const { column, descending } = (sort ?? {}) as { column?: unknown; descending?: unknown };
  return (
    (sort === null || (isString(column) && typeof descending === 'boolean')) &&
    isStrings(hidden) &&
    typeof widths === 'object' &&
    widths !== null &&
    Object.values(widths).every(isNumber)
  );
}

/** The rows by a value of theirs. What is unknown comes last both ways; equals keep their order. */
export function sorted<Row>(rows: readonly Row[], value: (row: Row) => CsvValue, descending: boolean): Row[] {
  const keyed = rows.map((row) => ({ row, key: value(row) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return a.key === b.key ? 0 : a.key === null ? 1 : -1;
    const order =
      typeof a.key === 'number' && typeof b.key === 'number'
        ? a.key - b.key
        : compareTexts(String(a.key), String(b.key));
    return descending ? -order : order;
  });
  return keyed.map(({ row }) => row);
}

const { compare: compareTexts } = new Intl.Collator('en', { numeric: true });

import { type TextDocument, window } from 'vscode';

/** Lines from `first` to `last`, both included, counted from 0. */
export interface Lines {
  first: number;
  last: number;
}

/** What the visible editors of a document show, with some lines around; null where it is not visible. */
export function shownLines(document: TextDocument, margin: number): Lines | null {
  const ranges = window.visibleTextEditors.filter((e) => e.document === document).flatMap((e) => e.visibleRanges);
  if (ranges.length === 0) return null;
  return {
    first: Math.max(0, Math.min(...ranges.map((r) => r.start.line)) - margin),
    last: Math.max(...ranges.map((r) => r.end.line)) + margin,
  };
}

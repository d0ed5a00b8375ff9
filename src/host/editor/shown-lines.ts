import { type TextDocument, type TextEditor, window } from 'vscode';

/** Lines from `first` to `last`, both included, counted from 0. */
export interface Lines {
  first: number;
  last: number;
}

/** What an editor shows, with some lines around; null where it shows nothing. */
export function linesOf({ visibleRanges }: TextEditor, margin: number): Lines | null {
  if (visibleRanges.length === 0) return null;
  return {
    first: Math.max(0, Math.min(...visibleRanges.map(({ start }) => start.line)) - margin),
    last: Math.max(...visibleRanges.map(({ end }) => end.line)) + margin,
  };
}

/** The same of every visible editor of a document. */
export function shownLines(document: TextDocument, margin: number): Lines[] {
  return window.visibleTextEditors
    .filter((editor) => editor.document === document)
    .flatMap((editor) => linesOf(editor, margin) ?? []);
}

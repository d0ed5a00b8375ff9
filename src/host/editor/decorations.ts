import {
  type DecorationOptions,
  type Disposable,
  l10n,
  Range,
  type TextEditor,
  type TextEditorDecorationType,
  ThemeColor,
  window,
  workspace,
} from 'vscode';
import { type LastResults, outcomesOf } from './last-results.ts';
import type { PromptDocuments } from './prompt-documents.ts';
import { figuresLine, rowsWithin } from './prompt-rows.ts';
import { besideText, figuresOf, passOf } from './score-text.ts';
import { linesOf } from './shown-lines.ts';

/** Lines around the shown ones that have their scores, and the pause before those follow, in milliseconds. */
const AROUND = 50;
const PAUSE = 60;

/** The scores of the last run beside every test row. */
export class RowScores implements Disposable {
  readonly #subscriptions: Disposable[];
  #type: TextEditorDecorationType | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly documents: PromptDocuments,
    readonly results: LastResults,
  ) {
    const soon = () => this.#showSoon();
    this.#subscriptions = [
      documents.onDidChange(soon),
      documents.onDidClose(soon),
      results.onDidChange(soon),
      window.onDidChangeVisibleTextEditors(soon),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (documents.get(textEditor.document)) soon();
      }),
      workspace.onDidChangeConfiguration((e) => e.affectsConfiguration('poq.decorations') && soon()),
    ];
    soon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#type?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #showSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const editor of window.visibleTextEditors) this.#show(editor);
    }, PAUSE);
  }

  #show(editor: TextEditor): void {
    const options = this.#optionsFor(editor);
    if (options.length === 0 && !this.#type) return;
    this.#type ??= window.createTextEditorDecorationType({ after: { margin: '0 0 0 2em' } });
    editor.setDecorations(this.#type, options);
  }

  #optionsFor(editor: TextEditor): DecorationOptions[] {
    const { document } = editor;
    const prompt = this.documents.get(document);
    const results = prompt && this.results.get(prompt);
    const shown = linesOf(editor, AROUND);
    if (!results || !shown || workspace.getConfiguration('poq', document.uri).get('decorations') === 'off') return [];
    const rows = rowsWithin(prompt.rows, shown.first, shown.last, prompt.now);
    return rows.flatMap((row, i) => {
      const { outcomes, edited } = outcomesOf(row.samples, results);
      const figures = figuresOf(outcomes);
      if (!figures) return [];
      const next = rows[i + 1] ? prompt.now(rows[i + 1]!.line) : document.lineCount;
      const textAt = (line: number) => document.lineAt(line).text;
      const line = figuresLine(prompt.contents.format, prompt.now(row.line), next, textAt);
      const { end } = document.lineAt(line).range;
      return {
        range: new Range(end, end),
        renderOptions: {
          after: {
            contentText: besideText(figures, edited, l10n.t),
            color: new ThemeColor(edited ? 'editorCodeLens.foreground' : colourOf(passOf(figures))),
            fontStyle: edited ? 'italic' : 'normal',
          },
        },
      };
    });
  }
}

/** Colours that hold as text in light, dark and high contrast themes. */
function colourOf(pass: boolean | null): string {
  if (pass === null) return 'descriptionForeground';
  return pass ? 'charts.green' : 'charts.red';
}

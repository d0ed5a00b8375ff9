import {
  CodeLens,
  type CodeLensProvider,
  type Command,
  type Disposable,
  EventEmitter,
  l10n,
  languages,
  Range,
  type TextDocument,
  window,
  workspace,
} from 'vscode';
import { type LastResults, outcomesOf } from './last-results.ts';
import type { PromptDocument, PromptDocuments } from './prompt-documents.ts';
import { type PromptRow, rowsWithin } from './prompt-rows.ts';
import { figuresOf, figuresOfFile, lastTitle } from './score-text.ts';
import { type Lines, shownLines } from './shown-lines.ts';

/**
 * Files with more rows get lenses only around what is shown: with every key the editor lays out the place of each line
 * that has some, so that a few hundred of them are felt while typing.
 */
const MANY = 150;
const AROUND = 50;
/** So many lines before the end of the lenses are shown, the next ones are made. */
const NEAR = 15;

/** A lens above a prompt; its title is found when it comes into view. */
class PromptLens extends CodeLens {
  constructor(
    line: number,
    readonly part: 'score' | 'compare' | 'last',
    readonly prompt: PromptDocument,
    /** Null: the one prompt of a file, with all its rows. */
    readonly row: PromptRow | null,
  ) {
    super(new Range(line, 0, line, 0));
  }
}

/** `Score · Compare · last: ...` above every prompt. */
export class PromptLenses implements CodeLensProvider<PromptLens>, Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: Disposable[];
  /** Where a long document has lenses. */
  readonly #covered = new Map<TextDocument, Lines[]>();

  constructor(
    readonly documents: PromptDocuments,
    readonly results: LastResults,
  ) {
    const refresh = () => this.#changed.fire();
    this.#subscriptions = [
      this.#changed,
      documents.onDidChange(refresh),
      documents.onDidClose(() => {
        for (const document of this.#covered.keys()) if (document.isClosed) this.#covered.delete(document);
        refresh();
      }),
      results.onDidChange(refresh),
      workspace.onDidGrantWorkspaceTrust(refresh),
      workspace.onDidChangeConfiguration((e) => e.affectsConfiguration('poq.codeLens') && refresh()),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#follow(textEditor.document)),
      languages.registerCodeLensProvider({ scheme: 'file' }, this),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  provideCodeLenses(document: TextDocument): PromptLens[] {
    const prompt = this.documents.get(document);
    if (!prompt || prompt.contents.samples.length === 0) return [];
    if (workspace.getConfiguration('poq', document.uri).get('codeLens') === 'off') return [];
    if (prompt.layout === 'one-prompt') return this.#lensesOf(prompt, null, prompt.promptLine());
    const rows = this.#rowsToCover(prompt);
    return rows.flatMap((row) => this.#lensesOf(prompt, row, prompt.now(row.line)));
  }

  resolveCodeLens(lens: PromptLens): PromptLens {
    lens.command = this.#command(lens);
    return lens;
  }

  #rowsToCover(prompt: PromptDocument): readonly PromptRow[] {
    const { document, rows } = prompt;
    if (rows.length <= MANY) return rows;
    const shown = shownLines(document, AROUND);
    const covered = shown.length > 0 ? shown : [{ first: 0, last: AROUND }];
    this.#covered.set(document, covered);
    return [...new Set(covered.flatMap(({ first, last }) => rowsWithin(rows, first, last, prompt.now)))];
  }

  #follow(document: TextDocument): void {
    const covered = this.#covered.get(document);
    if (!covered) return;
    const isCovered = (lines: Lines) => covered.some(({ first, last }) => first <= lines.first && lines.last <= last);
    if (!shownLines(document, NEAR).every(isCovered)) this.#changed.fire();
  }

  #lensesOf(prompt: PromptDocument, row: PromptRow | null, line: number): PromptLens[] {
    const make = (part: PromptLens['part']) => new PromptLens(line, part, prompt, row);
    const runnable = workspace.isTrusted ? [make('score'), make('compare')] : [];
    const last = this.#figures(prompt, row) ? [make('last')] : [];
    return [...runnable, ...last];
  }

  #figures(prompt: PromptDocument, row: PromptRow | null) {
    const results = this.results.get(prompt);
    if (!results) return null;
    const { outcomes, edited } = outcomesOf(row?.samples ?? prompt.contents.samples, results);
    const figures = row ? figuresOf(outcomes) : figuresOfFile(results);
    return figures && { figures, edited };
  }

  #command({ part, prompt, row }: PromptLens): Command {
    const { uri } = prompt.document;
    const samples = row?.samples.map(({ id }) => id);
    if (part === 'score')
      return samples
        ? { title: l10n.t('Score'), command: 'poq.scorePrompt', arguments: [uri, samples] }
        : { title: l10n.t('Score'), command: 'poq.scoreFile', arguments: [uri] };
    if (part === 'compare')
      return { title: l10n.t('Compare'), command: 'poq.compareModels', arguments: samples ? [uri, samples] : [uri] };
    const found = this.#figures(prompt, row);
    return {
      title: found ? lastTitle(found.figures, found.edited, l10n.t) : '',
      tooltip: l10n.t('Open the results'),
      command: 'poq.openSample',
      arguments: [uri.toString(), samples?.[0] ?? null],
    };
  }
}

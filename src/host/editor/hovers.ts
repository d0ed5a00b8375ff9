import {
  type CancellationToken,
  type Disposable,
  Hover,
  type HoverProvider,
  l10n,
  languages,
  MarkdownString,
  type Position,
  type TextDocument,
} from 'vscode';
import type { FileResults } from '../../protocol/reader.ts';
import type { Reader } from '../ports.ts';
import { fileHover, sampleHover } from './hover-text.ts';
import { type LastResults, outcomesOf } from './last-results.ts';
import { OPEN_SAMPLE, sampleLink } from './open-sample.ts';
import type { PromptDocument, PromptDocuments } from './prompt-documents.ts';
import { type PromptRow, rowAt } from './prompt-rows.ts';
import { figuresOf } from './score-text.ts';

/** Samples of one line that a hover shows. */
const MOST = 3;

/** What the models answered, over a test row; the models' means over a file's one prompt. */
export class ResultHovers implements HoverProvider {
  constructor(
    readonly documents: PromptDocuments,
    readonly results: LastResults,
    readonly reader: Pick<Reader, 'samples'>,
  ) {}

  register(): Disposable {
    return languages.registerHoverProvider({ scheme: 'file' }, this);
  }

  async provideHover(document: TextDocument, position: Position, token: CancellationToken): Promise<Hover | null> {
    const prompt = this.documents.get(document);
    if (!prompt) return null;
    const results = await this.results.loaded(prompt);
    if (!results?.run || token.isCancellationRequested) return null;
    if (prompt.layout === 'one-prompt' && position.line === prompt.promptLine())
      return hoverOf(fileHover(results, timeText(results.run.startedAt), sampleLink(document.uri, null), l10n.t));
    const row = rowAt(prompt.rows, position.line, prompt.now);
    if (!row || !isInside(prompt, row, position.line)) return null;
    const blocks = await this.#blocks(prompt, row, results);
    return blocks.length === 0 || token.isCancellationRequested ? null : hoverOf(blocks.join('\n\n---\n\n'));
  }

  async #blocks(prompt: PromptDocument, row: PromptRow, results: FileResults): Promise<string[]> {
    const { uri } = prompt.document;
    const texts = row.samples.slice(0, MOST).map(async (head) => {
      const { outcomes, edited } = outcomesOf([head], results);
      const figures = figuresOf(outcomes);
      const stored = results.samples[head.id];
      if (!figures || !stored) return null;
      // The run's folder may be gone since: then there is nothing to show.
      const [detail] = await this.reader.samples({ path: stored.path, samples: [head.id] }).catch(() => []);
      const when = results.run?.id === stored.run ? timeText(results.run.startedAt) : stored.run;
      return detail ? sampleHover(detail, figures, { when, edited, link: sampleLink(uri, head.id) }, l10n.t) : null;
    });
    return (await Promise.all(texts)).filter((text) => text !== null);
  }
}

/** The last row of a hand-written file ends where the next section begins, at the left margin. */
function isInside({ document, layout, now }: PromptDocument, row: PromptRow, line: number): boolean {
  if (layout === 'rows') return true;
  const from = now(row.line);
  for (let at = from + 1; at <= line; at++) {
    const text = document.lineAt(at).text;
    if (text !== '' && /^[^\s#-]|^---/.test(text)) return false;
  }
  return true;
}

function hoverOf(text: string): Hover {
  const markdown = new MarkdownString(text);
  markdown.isTrusted = { enabledCommands: [OPEN_SAMPLE] };
  markdown.supportHtml = false;
  return new Hover(markdown);
}

const timeText = (iso: string) => new Date(iso).toLocaleString();

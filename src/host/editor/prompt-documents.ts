import {
  type Disposable,
  EventEmitter,
  languages,
  RelativePattern,
  type TextDocument,
  type Uri,
  workspace,
} from 'vscode';
import type { Config, PromptFormat } from '../../core/config.ts';
import type { PromptContents } from '../../protocol/reader.ts';
import type { Configs, Folders, PoqFolder, Reader } from '../ports.ts';
import { LineShift } from './line-shift.ts';
import { HEAD, looksLikePrompts, nameTells } from './prompt-names.ts';
import { type Layout, layoutOf, type PromptRow, promptLine, rowsOf } from './prompt-rows.ts';

/** A document that holds prompts, as it was last read. */
export interface PromptDocument {
  readonly document: TextDocument;
  readonly folder: PoqFolder;
  /** Relative to the folder, forward slashes. */
  readonly path: string;
  readonly contents: PromptContents;
  readonly layout: Layout;
  readonly rows: readonly PromptRow[];
  /** No edits since it was read. */
  readonly isCurrent: boolean;
  /** Where a line of the reading lies now; both count from 0. */
  now(line: number): number;
  /** Where the prompt begins now, in a file of one prompt. */
  promptLine(): number;
}

/** Larger documents are left alone: characters. */
const LARGEST = 20 * 1024 * 1024;
/** Pause after an edit before a text is read again, in milliseconds; longer where the text takes longer to send. */
const PAUSE = 300;
const PAUSE_LARGE = 1000;
const LARGE = 1024 * 1024;

/** What a document is before its text is read. */
interface Candidate {
  folder: PoqFolder;
  path: string;
  format: PromptFormat | null;
  /** Variables that its prompts may read; undefined where the config does not tell. */
  env: string[] | undefined;
  /** Neither its name nor a config says that it holds prompts: it does only if some are found. */
  guessed: boolean;
}

/**
 * The open documents that hold prompts, with their samples. Texts are read in the read worker, after a pause in
 * typing, and only of documents that look like prompt files.
 */
export class PromptDocuments implements Disposable {
  readonly #changed = new EventEmitter<PromptDocument>();
  readonly #closed = new EventEmitter<Uri>();
  /** A document was read (again). */
  readonly onDidChange = this.#changed.event;
  /** A document was closed, or is no prompt file any more. */
  readonly onDidClose = this.#closed.event;
  readonly #known = new Map<TextDocument, Reading>();
  readonly #subscriptions: Disposable[] = [this.#changed, this.#closed];

  constructor(readonly deps: { folders: Folders; configs: Configs; reader: Pick<Reader, 'readPrompts'> }) {
    this.#subscriptions.push(
      workspace.onDidOpenTextDocument((document) => this.#open(document)),
      workspace.onDidCloseTextDocument((document) => this.#close(document)),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#known.get(document)?.edited(contentChanges);
      }),
      deps.configs.onDidChange((folder) => this.#readAgain((reading) => reading.isIn(folder))),
      deps.folders.onDidChange(() => this.#readAgain(() => true)),
    );
    for (const document of workspace.textDocuments) this.#open(document);
  }

  /** Undefined for documents that hold no prompts, or were not read yet. */
  get(document: TextDocument): PromptDocument | undefined {
    return this.#known.get(document)?.entry ?? undefined;
  }

  all(): PromptDocument[] {
    return [...this.#known.values()].flatMap(({ entry }) => entry ?? []);
  }

  /** As the text is now, once it is read; undefined for a document that holds no prompts. */
  async current(document: TextDocument): Promise<PromptDocument | undefined> {
    await this.#known.get(document)?.settle();
    return this.get(document);
  }

  dispose(): void {
    for (const reading of this.#known.values()) reading.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #open(document: TextDocument): void {
    const path = this.deps.folders.pathOf(document.uri);
    if (path === null || nameTells(path) === 'no' || this.#known.has(document)) return;
    const reading = new Reading(document, this.deps, (entry) => {
      if (entry) this.#changed.fire(entry);
      else this.#closed.fire(document.uri);
    });
    this.#known.set(document, reading);
    reading.start(0);
  }

  #close(document: TextDocument): void {
    const reading = this.#known.get(document);
    if (!reading) return;
    reading.dispose();
    this.#known.delete(document);
    this.#closed.fire(document.uri);
  }

  #readAgain(which: (reading: Reading) => boolean): void {
    for (const reading of this.#known.values()) if (which(reading)) reading.start(0);
  }
}

/** Reads one document whenever it rests; one reading at a time. */
class Reading implements Disposable {
  entry: PromptDocument | null = null;
  readonly #shift = new LineShift();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #disposed = false;
  #mayBecomePrompts = true;

  constructor(
    readonly document: TextDocument,
    readonly deps: PromptDocuments['deps'],
    readonly tell: (entry: PromptDocument | null) => void,
  ) {}

  isIn(folder: PoqFolder): boolean {
    return this.deps.folders.of(this.document.uri).root === folder.root;
  }

  edited(changes: Parameters<LineShift['note']>[1]): void {
    if (this.entry || this.#running) this.#shift.note(this.document.version, changes);
    // A document of another kind may become a prompt file, by its beginning: there is no hurry to find out.
    if (!this.entry && !this.#mayBecomePrompts) return;
    this.start(this.entry && this.#length() <= LARGE ? PAUSE : PAUSE_LARGE);
  }

  start(pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), pause);
  }

  async settle(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      void this.#read();
    }
    while (this.#running) await this.#running;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#disposed = true;
  }

  #length(): number {
    return this.document.offsetAt(this.document.lineAt(this.document.lineCount - 1).range.end);
  }

  #read(): void {
    this.#timer = undefined;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#readOnce().finally(() => {
      this.#running = null;
      if (!this.#again || this.#disposed) return;
      this.#again = false;
      this.#read();
    });
  }

  async #readOnce(): Promise<void> {
    const candidate = this.#length() > LARGEST ? null : await this.#candidate();
    if (this.#disposed) return;
    if (candidate === null) return this.#setEntry(null);
    const { folder, path, format, env, guessed } = candidate;
    const { version } = this.document;
    let contents: PromptContents;
    try {
      contents = await this.deps.reader.readPrompts({
        root: folder.root,
        path,
        text: this.document.getText(),
        format,
        env,
      });
    } catch {
      // The reader ended: what was read before still holds, and the next edit asks again.
      return;
    }
    if (this.#disposed) return;
    if (contents.format === null || (guessed && contents.samples.length === 0)) return this.#setEntry(null);
    this.#shift.rebase(version);
    this.#setEntry(this.#entryOf(candidate, contents, version));
  }

  #setEntry(entry: PromptDocument | null): void {
    const before = this.entry;
    this.entry = entry;
    if (entry ?? before) this.tell(entry);
  }

  #entryOf({ folder, path }: Candidate, contents: PromptContents, version: number): PromptDocument {
    const { document } = this;
    const shift = this.#shift;
    return {
      document,
      folder,
      path,
      contents,
      layout: layoutOf(contents.format),
      rows: rowsOf(path, contents),
      get isCurrent() {
        return document.version === version;
      },
      now: (line) => Math.min(shift.now(line), document.lineCount - 1),
      promptLine: () => promptLine(contents.format, document.lineCount, (line) => document.lineAt(line).text),
    };
  }

  /** Null: it does not look like a prompt file. */
  async #candidate(): Promise<Candidate | null> {
    const { folders, configs } = this.deps;
    const path = folders.pathOf(this.document.uri);
    if (path === null) return null;
    const folder = folders.of(this.document.uri);
    const { file, config } = await configs.of(folder);
    const named = file === null ? undefined : config?.prompts.find((entry) => isNamed(this.document, folder, entry));
    const format = (typeof named === 'object' ? named.format : undefined) ?? null;
    const name = nameTells(path);
    this.#mayBecomePrompts = name !== 'unlikely';
    if (name === 'certain' || format !== null || (named && name === 'possible'))
      return { folder, path, format, env: config?.env, guessed: false };
    if (name === 'unlikely' || looksLikePrompts(path, headOf(this.document)) === null) return null;
    return { folder, path, format, env: config?.env, guessed: true };
  }
}

/** Whether an entry of a config's `prompts` names a document: a pattern, a file or a folder. */
function isNamed(document: TextDocument, folder: PoqFolder, entry: Config['prompts'][number]): boolean {
  const pattern = (typeof entry === 'string' ? entry : entry.glob).replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  return [pattern, `${pattern}/**`].some(
    (p) => languages.match({ pattern: new RelativePattern(folder.uri, p) }, document) > 0,
  );
}

function headOf(document: TextDocument): string {
  let head = '';
  for (let line = 0; line < document.lineCount && head.length < HEAD; line++) head += `${document.lineAt(line).text}\n`;
  return head.slice(0, HEAD);
}

import { setImmediate as pause } from 'node:timers/promises';
import {
  type CancellationToken,
  type Disposable,
  l10n,
  Range,
  type TestController,
  type TestItem,
  type TestRunRequest,
  type Uri,
} from 'vscode';
import type { FoundPrompts, SampleHead } from '../../protocol/reader.ts';
import type { PromptDocument, PromptDocuments } from '../editor/prompt-documents.ts';
import type { Configs, Folders, PoqFolder, Reader } from '../ports.ts';
import { fileIn } from '../workspace/folders.ts';
import { selectionsOf, type Target } from './selection.ts';

/** Items that are made at a time, before the editor gets its turn. */
const SLICE = 250;

interface FileTests {
  path: string;
  item: TestItem;
  samples: SampleHead[];
  /** The config's patterns name it; else it is here because it is open. */
  found: boolean;
  /** Its samples are items (or become so just now). */
  filled: Promise<void> | null;
}

interface FolderTests {
  folder: PoqFolder;
  item: TestItem;
  files: Map<string, FileTests>;
  discovery: Promise<void> | null;
}

/** What to run in a folder, with the item of each sample. */
export interface ChosenTests {
  folder: PoqFolder;
  scope: ReturnType<typeof selectionsOf>[number]['scope'];
  items: Map<string, TestItem>;
}

export interface TestTreeDeps {
  folders: Folders;
  configs: Configs;
  reader: Pick<Reader, 'findPrompts'>;
  documents: PromptDocuments;
}

/** Folder, file, sample: found when the view asks, or a file is opened. */
export class TestTree implements Disposable {
  readonly #folders = new Map<string, FolderTests>();
  readonly #targets = new WeakMap<TestItem, Target>();
  readonly #subscriptions: Disposable[];

  constructor(
    readonly controller: TestController,
    readonly deps: TestTreeDeps,
  ) {
    controller.resolveHandler = (item) => this.#resolve(item);
    for (const prompt of deps.documents.all()) this.#showOpen(prompt);
    this.#subscriptions = [
      deps.documents.onDidChange((prompt) => this.#showOpen(prompt)),
      deps.documents.onDidClose((uri) => this.#leaveClosed(uri)),
      deps.folders.onDidChange(() => this.#resolveRoot()),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Looks again for the prompt files of every folder that was looked at. */
  async refresh(token?: CancellationToken): Promise<void> {
    this.#resolveRoot();
    for (const tests of this.#folders.values()) {
      if (token?.isCancellationRequested) return;
      await this.#discover(tests, true);
    }
  }

  /** The same for one folder; nothing where nobody asked for it yet. */
  async refreshFolder({ root }: PoqFolder): Promise<void> {
    const tests = this.#folders.get(root);
    if (tests?.discovery) await this.#discover(tests, true);
  }

  /** The samples that a request is about, as items that exist. */
  async choose(request: TestRunRequest): Promise<ChosenTests[]> {
    this.#resolveRoot();
    const include = request.include?.flatMap((item) => this.#targets.get(item) ?? []);
    const exclude = (request.exclude ?? []).flatMap((item) => this.#targets.get(item) ?? []);
    const meant = [...this.#folders.values()].filter(
      ({ folder }) => include === undefined || include.some(({ root }) => root === folder.root),
    );
    for (const tests of meant) {
      const whole = include === undefined || include.some((t) => t.kind === 'folder' && t.root === tests.folder.root);
      if (whole) await this.#discover(tests, false);
    }
    const known = meant.map(({ folder, files }) => ({
      root: folder.root,
      files: [...files.values()].map(({ path, samples, found }) => ({
        path,
        samples: samples.map(({ id }) => id),
        found,
      })),
    }));
    const chosen: ChosenTests[] = [];
    for (const { root, scope, chosen: ids } of selectionsOf(include, exclude, known)) {
      const tests = this.#folders.get(root);
      if (!tests) continue;
      const { folder, files } = tests;
      const items = new Map<string, TestItem>();
      for (const [path, samples] of ids) {
        const file = files.get(path);
        // Gone while the items of another one were made.
        if (!file) continue;
        await this.#fill(folder, file);
        for (const id of samples) {
          const item = file.item.children.get(itemId(id));
          if (item) items.set(id, item);
        }
      }
      chosen.push({ folder, scope, items });
    }
    return chosen;
  }

  async #resolve(item: TestItem | undefined): Promise<void> {
    if (!item) return this.#resolveRoot();
    const target = this.#targets.get(item);
    const tests = target && this.#folders.get(target.root);
    if (!tests) return;
    if (target.kind === 'folder') await this.#discover(tests, false);
    const file = target.kind === 'file' ? tests.files.get(target.path) : undefined;
    if (file) await this.#fill(tests.folder, file);
  }

  /** An item for every workspace folder, and for the folders of files that are open without one. */
  #resolveRoot(): void {
    const wanted = new Map(this.deps.folders.all().map((folder) => [folder.root, folder]));
    for (const { folder } of this.deps.documents.all()) if (!wanted.has(folder.root)) wanted.set(folder.root, folder);
    for (const folder of wanted.values()) this.#folderTests(folder);
    for (const [root, { item }] of this.#folders) {
      if (wanted.has(root)) continue;
      this.#folders.delete(root);
      this.controller.items.delete(item.id);
    }
  }

  #folderTests(folder: PoqFolder): FolderTests {
    const known = this.#folders.get(folder.root);
    if (known) return known;
    const item = this.controller.createTestItem(folder.uri.toString(), folder.name, folder.uri);
    item.canResolveChildren = true;
    this.#targets.set(item, { kind: 'folder', root: folder.root });
    this.controller.items.add(item);
    const tests: FolderTests = { folder, item, files: new Map(), discovery: null };
    this.#folders.set(folder.root, tests);
    return tests;
  }

  /** @param again also if it was done before */
  #discover(tests: FolderTests, again: boolean): Promise<void> {
    if (!tests.discovery || again) {
      const before = tests.discovery ?? Promise.resolve();
      tests.discovery = before.then(() => this.#discoverNow(tests));
    }
    return tests.discovery;
  }

  async #discoverNow(tests: FolderTests): Promise<void> {
    const { folder, item } = tests;
    item.busy = true;
    try {
      const { file: configFile, config } = await this.deps.configs.of(folder);
      if (!config) {
        item.error = l10n.t('The config has errors: open poq.config.json to see them.');
        return;
      }
      const isWorkspace = this.deps.folders.all().some(({ root }) => root === folder.root);
      // A file that is open alone may lie in anybody's home, which nobody asked to have searched.
      const found: FoundPrompts =
        isWorkspace || configFile !== null
          ? await this.deps.reader.findPrompts({ root: folder.root, prompts: config.prompts, env: config.env })
          : { files: [], diagnostics: [] };
      item.error = undefined;
      const open = new Map(this.#openIn(folder).map((prompt) => [prompt.path, prompt]));
      const paths = new Set([...found.files.map(({ path }) => path), ...open.keys()]);
      for (const { path, samples } of found.files)
        await this.#setFile(tests, path, open.get(path)?.contents.samples ?? samples, true);
      for (const file of tests.files.values()) if (!paths.has(file.path)) this.#removeFile(tests, file);
      for (const file of tests.files.values()) {
        const problem = found.diagnostics.find((d) => d.severity === 'error' && d.file === file.path);
        file.item.error = problem && `${problem.line === undefined ? '' : `${problem.line}: `}${problem.message}`;
      }
    } catch (error) {
      item.error = error instanceof Error ? error.message : String(error);
    } finally {
      item.busy = false;
    }
  }

  #openIn(folder: PoqFolder): PromptDocument[] {
    return this.deps.documents.all().filter((prompt) => prompt.folder.root === folder.root);
  }

  /** The samples of an open file are items at once: that is what puts their signs beside its lines. */
  #showOpen(prompt: PromptDocument): void {
    const tests = this.#folderTests(prompt.folder);
    const file = this.#fileTests(tests, prompt.path);
    file.samples = prompt.contents.samples;
    file.filled = null;
    void this.#fill(prompt.folder, file);
  }

  #leaveClosed(uri: Uri): void {
    const folder = this.deps.folders.of(uri);
    const path = this.deps.folders.pathOf(uri);
    const tests = this.#folders.get(folder.root);
    const file = path === null ? undefined : tests?.files.get(path);
    if (tests && file && !file.found) this.#removeFile(tests, file);
  }

  async #setFile(tests: FolderTests, path: string, samples: SampleHead[], found: boolean): Promise<void> {
    const file = this.#fileTests(tests, path);
    file.found = found;
    const wasFilled = file.filled !== null;
    file.samples = samples;
    file.filled = null;
    if (wasFilled) await this.#fill(tests.folder, file);
  }

  #fileTests(tests: FolderTests, path: string): FileTests {
    const known = tests.files.get(path);
    if (known) return known;
    const item = this.controller.createTestItem(path, path, fileIn(tests.folder, path));
    item.canResolveChildren = true;
    this.#targets.set(item, { kind: 'file', root: tests.folder.root, path });
    tests.item.children.add(item);
    const file: FileTests = { path, item, samples: [], found: false, filled: null };
    tests.files.set(path, file);
    return file;
  }

  #removeFile(tests: FolderTests, file: FileTests): void {
    tests.files.delete(file.path);
    tests.item.children.delete(file.path);
  }

  #fill(folder: PoqFolder, file: FileTests): Promise<void> {
    file.filled ??= this.#fillNow(folder, file);
    return file.filled;
  }

  /** Items of the file's samples as they are now, a slice at a time; what did not change keeps its item and its state. */
  async #fillNow(folder: PoqFolder, file: FileTests): Promise<void> {
    const { item, samples } = file;
    const ids = new Set(samples.map(({ id }) => itemId(id)));
    for (const [id] of [...item.children]) if (!ids.has(id)) item.children.delete(id);
    for (const [index, sample] of samples.entries()) {
      // Newer samples are being filled in.
      if (file.samples !== samples) return file.filled ?? undefined;
      this.#setSample(folder, file, sample, index);
      if (index % SLICE === SLICE - 1) await pause();
    }
  }

  #setSample(folder: PoqFolder, file: FileTests, sample: SampleHead, index: number): void {
    const { children } = file.item;
    const label = sample.label || sample.id;
    const line = Math.max(0, (sample.source.line ?? 1) - 1);
    let item = children.get(itemId(sample.id));
    if (!item) {
      item = this.controller.createTestItem(itemId(sample.id), label, fileIn(folder, sample.source.file));
      this.#targets.set(item, { kind: 'sample', root: folder.root, path: file.path, id: sample.id });
    }
    // Every assignment to an item that is shown is sent to the window: only what changed.
    if (item.label !== label) item.label = label;
    if (item.range?.start.line !== line) item.range = new Range(line, 0, line, 0);
    const description = sample.reference ?? undefined;
    if (item.description !== description) item.description = description;
    const sortText = String(index).padStart(7, '0');
    if (item.sortText !== sortText) item.sortText = sortText;
    if (children.get(item.id) !== item) children.add(item);
  }
}

/** The editor takes every id but one with a null character, by which it tells the parts of its own ids. */
function itemId(sample: string): string {
  return sample.replaceAll('\0', '\u2400');
}

import {
  type CancellationToken,
  type Disposable,
  type FileSystemWatcher,
  l10n,
  RelativePattern,
  TestRunProfileKind,
  type TestRunRequest,
  tests,
  workspace,
} from 'vscode';
import type { PoqFolder } from '../ports.ts';
import { type ScoreRunDeps, scoreSamples } from './score-run.ts';
import { TestTree, type TestTreeDeps } from './test-tree.ts';

export type TestingDeps = TestTreeDeps & ScoreRunDeps & { reader: TestTreeDeps['reader'] & ScoreRunDeps['reader'] };

/** Pause after prompt files changed before they are looked for again, in milliseconds. */
const PAUSE = 500;

/** The Testing view: every sample is a test that passes by the config's thresholds. */
export function registerTesting(deps: TestingDeps): Disposable {
  const controller = tests.createTestController('poq', 'PoQ Lab');
  const tree = new TestTree(controller, deps);
  controller.refreshHandler = (token) => tree.refresh(token);

  const score = async (request: TestRunRequest, token: CancellationToken) => {
    const run = controller.createTestRun(request);
    const abort = new AbortController();
    const cancel = () => abort.abort();
    const subscriptions = [token.onCancellationRequested(cancel), run.token.onCancellationRequested(cancel)];
    try {
      for (const chosen of await tree.choose(request)) await scoreSamples(deps, chosen, run, abort.signal);
    } finally {
      for (const subscription of subscriptions) subscription.dispose();
      run.end();
    }
  };
  const offer = () => controller.createRunProfile(l10n.t('Score'), TestRunProfileKind.Run, score, true);
  // A workspace that is not trusted shows its samples and runs nothing.
  if (workspace.isTrusted) offer();

  const watchers = new Watchers(deps, (folder) => void tree.refreshFolder(folder));
  const subscriptions = [
    controller,
    tree,
    watchers,
    ...(workspace.isTrusted ? [] : [workspace.onDidGrantWorkspaceTrust(offer)]),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Tells when the prompt files or the config of a workspace folder changed. */
class Watchers implements Disposable {
  readonly #watchers = new Map<string, FileSystemWatcher[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: Disposable[];
  #disposed = false;

  constructor(
    readonly deps: TestingDeps,
    readonly tell: (folder: PoqFolder) => void,
  ) {
    const watchAll = () => {
      for (const folder of deps.folders.all()) void this.#watch(folder);
    };
    this.#subscriptions = [
      deps.configs.onDidChange((folder) => {
        void this.#watch(folder);
        this.#tellSoon(folder);
      }),
      deps.folders.onDidChange(() => {
        this.#leaveRemoved();
        watchAll();
      }),
    ];
    watchAll();
  }

  dispose(): void {
    this.#disposed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const watcher of [...this.#watchers.values()].flat()) watcher.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #watch(folder: PoqFolder): Promise<void> {
    const { config } = await this.deps.configs.of(folder);
    // Meanwhile the window may have been closed, or the folder removed.
    if (this.#disposed || !this.deps.folders.all().some(({ root }) => root === folder.root)) return;
    for (const watcher of this.#watchers.get(folder.root) ?? []) watcher.dispose();
    const patterns = (config?.prompts ?? []).map((entry) => (typeof entry === 'string' ? entry : entry.glob));
    const watchers = [...new Set(patterns)].flatMap((pattern) => {
      const path = pattern.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
      // A pattern may be the plain name of a folder.
      return [path, `${path}/**`].map((p) => workspace.createFileSystemWatcher(new RelativePattern(folder.uri, p)));
    });
    for (const watcher of watchers)
      for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete])
        event((uri) => {
          // Runs are stored below the folder, too.
          if (!uri.path.includes('/.poq/')) this.#tellSoon(folder);
        });
    this.#watchers.set(folder.root, watchers);
  }

  #leaveRemoved(): void {
    const roots = new Set(this.deps.folders.all().map(({ root }) => root));
    for (const [root, watchers] of this.#watchers) {
      if (roots.has(root)) continue;
      for (const watcher of watchers) watcher.dispose();
      this.#watchers.delete(root);
    }
  }

  #tellSoon(folder: PoqFolder): void {
    clearTimeout(this.#timers.get(folder.root));
    this.#timers.set(
      folder.root,
      setTimeout(() => this.tell(folder), PAUSE),
    );
  }
}

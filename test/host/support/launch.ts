/**
 * How the VS Code of one suite is started. A suite `test/host/<name>.suite.ts` may have a `<name>.launch.ts` beside it
 * whose default export is a Launch; without one, the defaults count.
 */
export interface Launch {
  /**
   * Fills the empty temporary folder that the suite works in, and returns the absolute path that VS Code opens: the
   * folder, one below it, or a `.code-workspace` file; undefined opens an empty window. Default: a copy of
   * examples/quickstart.
   */
  workspace?: (folder: string) => string | undefined | Promise<string | undefined>;
  /** False: workspace trust is on and the workspace begins untrusted. Default true (everything is trusted). */
  trust?: boolean;
  /** User settings, added to those of a quiet window. */
  settings?: Record<string, unknown>;
  /** Further extensions under development, as folders relative to the repository's root. */
  extensions?: string[];
  /** Environment of the extension host, added to the inherited one. */
  env?: Record<string, string>;
  /** Limit for the whole suite, start included, in milliseconds. Default five minutes. */
  timeoutMs?: number;
}

import { type Event, EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Row } from './row.ts';

/** Makes the item that VS Code shows. `id` keeps the selection when the view is read anew. */
export function treeItem(id: string, row: Row, state = TreeItemCollapsibleState.None): TreeItem {
  const item = new TreeItem(row.label, state);
  item.id = id;
  item.description = row.description;
  // As text: names of models and files are no Markdown.
  item.tooltip = row.tooltip.join('\n');
  item.iconPath = new ThemeIcon(row.icon, row.color === undefined ? undefined : new ThemeColor(row.color));
  item.contextValue = row.context;
  item.accessibilityInformation = { label: row.speech };
  return item;
}

/** Asks a view to read itself anew, or some of its rows, soon, once for all that happened meanwhile. */
export class Refresher<Node> {
  readonly #emitter = new EventEmitter<Node[] | undefined>();
  readonly event: Event<Node[] | undefined> = this.#emitter.event;
  #timer: NodeJS.Timeout | null = null;
  /** Null: the whole view. */
  #rows: Set<Node> | null = new Set();

  constructor(private readonly afterMs: number) {}

  /** @param row the one that changed; the whole view when absent */
  refresh(row?: Node): void {
    if (row === undefined) this.#rows = null;
    else this.#rows?.add(row);
    this.#timer ??= setTimeout(() => {
      const rows = this.#rows;
      this.#timer = null;
      this.#rows = new Set();
      this.#emitter.fire(rows === null ? undefined : [...rows]);
    }, this.afterMs);
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#emitter.dispose();
  }
}

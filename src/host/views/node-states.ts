import { l10n } from 'vscode';
import type { PlaceNames } from '../../protocol/engine.ts';
import type { NodeState } from '../../protocol/reader.ts';
import type { Configs, PoqFolder, Reader } from '../ports.ts';
import { CONFIG_NAME } from '../workspace/configs.ts';
import type { Keys } from '../workspace/secrets.ts';

export interface NodeStatesDeps {
  configs: Pick<Configs, 'of'>;
  keys: Pick<Keys, 'of'>;
  reader: Pick<Reader, 'models'>;
  places(): PlaceNames;
}

/** The models and evaluators of a folder's config; or, where it has errors, the first of them. */
export interface FolderNodes {
  nodes: NodeState[];
  /** No config: the bundled models stand in. */
  builtIn: boolean;
  problem: { message: string; line?: number } | null;
}

/** Looked up once for both views, until something changes. */
export class NodeStates {
  readonly #known = new Map<string, Promise<FolderNodes>>();

  constructor(private readonly deps: NodeStatesDeps) {}

  of(folder: PoqFolder): Promise<FolderNodes> {
    let nodes = this.#known.get(folder.root);
    if (!nodes) {
      nodes = this.#read(folder);
      this.#known.set(folder.root, nodes);
    }
    return nodes;
  }

  forget(): void {
    this.#known.clear();
  }

  async #read(folder: PoqFolder): Promise<FolderNodes> {
    const { configs, keys, reader, places } = this.deps;
    const { file, config, problems } = await configs.of(folder);
    if (config === null) {
      const problem = problems[0] ?? { message: l10n.t('{0} cannot be read.', CONFIG_NAME) };
      return { nodes: [], builtIn: false, problem };
    }
    const kept = Object.keys(await keys.of(config));
    try {
      const nodes = await reader.models({ root: folder.root, config, places: places(), keys: kept });
      return { nodes, builtIn: file === null, problem: null };
    } catch (error) {
      this.#known.delete(folder.root);
      return { nodes: [], builtIn: false, problem: { message: (error as Error).message } };
    }
  }
}

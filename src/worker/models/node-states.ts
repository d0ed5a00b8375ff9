import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, EvaluatorConfig, ModelConfig } from '../../core/config.ts';
import type { LoadedInfo } from '../../core/types.ts';
import { cachedBytes, hubUses } from '../../node/hub-models.ts';
import { findModel } from '../../node/model-files.ts';
import { listRuns } from '../../node/store/run-folder.ts';
import type { PlaceNames } from '../../protocol/engine.ts';
import type { NodeState, ReaderApi } from '../../protocol/reader.ts';

/** So many of the newest runs are looked at for how a model was last loaded. */
const RUNS_LOOKED_AT = 30;

type Standing = Pick<NodeState, 'state' | 'problem' | 'bytes'>;

const standing = (state: NodeState['state'], more: Partial<Standing> = {}): Standing => ({
  state,
  problem: null,
  bytes: null,
  ...more,
});

/** The models and evaluators of a config, as they stand: looked at on disk and in the environment, nothing is asked. */
export const nodeStates: ReaderApi['models'] = async ({ root, config, places, keys }) => {
  const loaded = lastLoaded(root, config);
  return [
    ...config.models.map(
      (model): NodeState => ({
        id: model.id,
        role: 'model',
        kind: model.provider,
        source: sourceOf(model),
        ...standingOf(model, config, root, places, keys),
        lastLoaded: loaded.get(model) ?? null,
      }),
    ),
    ...config.evaluators.map(
      (evaluator): NodeState => ({
        id: evaluator.id,
        role: 'evaluator',
        kind: evaluator.kind,
        source: evaluator.kind === 'lexical' ? evaluator.metric : evaluator.model,
        ...(evaluator.kind === 'lexical'
          ? standing('ready')
          : localStanding(evaluator, 'evaluator', config, root, places)),
        lastLoaded: loaded.get(evaluator) ?? null,
      }),
    ),
  ];
};

function sourceOf(model: ModelConfig): string {
  if (model.provider === 'recorded') return model.file;
  // The origin alone: some gateways take a key in the query.
  return model.provider === 'openai' ? `${model.model} at ${new URL(model.baseUrl).origin}` : model.model;
}

function standingOf(model: ModelConfig, config: Config, root: string, places: PlaceNames, keys: string[]): Standing {
  switch (model.provider) {
    case 'onnx':
      return localStanding(model, 'model', config, root, places);
    case 'recorded': {
      const found = statSync(join(root, model.file), { throwIfNoEntry: false });
      if (found?.isFile()) return standing('ready', { bytes: found.size });
      return standing('missing', { problem: `There is no file ${model.file}.` });
    }
    case 'openai': {
      const name = model.apiKey?.env;
      if (name === undefined || process.env[name] || keys.includes(model.id)) return standing('unknown');
      return standing('missing', { problem: `Its key is missing: ${name} is not set, and the editor keeps none.` });
    }
    case 'vscode-lm':
      return standing('unknown');
  }
}

/** Of a model whose files are on this machine, or will be. */
function localStanding(
  node: Pick<Extract<ModelConfig, { provider: 'onnx' }>, 'id' | 'model' | 'dtype'>,
  role: NodeState['role'],
  config: Config,
  root: string,
  places: PlaceNames,
): Standing {
  try {
    const source = findModel(node.model, node.dtype, root, places.models);
    if (source.kind === 'folder') return standing('ready', { bytes: sizeOf(source.path) });
  } catch (error) {
    return standing('missing', { problem: (error as Error).message });
  }
  const use = hubUses(config).find((found) => found.role === role && found.usedBy === node.id);
  const bytes = use ? cachedBytes(places.cache, use) : null;
  return bytes === null ? standing('download') : standing('ready', { bytes });
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}

/** What the newest run that used a model told of it once it was loaded. */
function lastLoaded(root: string, config: Config): Map<ModelConfig | EvaluatorConfig, LoadedInfo> {
  const found = new Map<ModelConfig | EvaluatorConfig, LoadedInfo>();
  const nodes = [...config.models, ...config.evaluators];
  for (const run of listRuns(root).reverse().slice(0, RUNS_LOOKED_AT)) {
    if (found.size === nodes.length) break;
    try {
      const record = run.readRecord();
      const ran = [...record.config.models, ...record.config.evaluators];
      for (const node of nodes) {
        const info = Object.hasOwn(record.nodes, node.id) ? record.nodes[node.id] : undefined;
        if (info && !found.has(node) && ran.some((other) => isSame(other, node))) found.set(node, info);
      }
    } catch {
      // A run of another format, or a damaged one, has nothing to tell here.
    }
  }
  return found;
}

/** Whether two entries load the same: prices, limits and the like make no difference. */
function isSame(a: ModelConfig | EvaluatorConfig, b: ModelConfig | EvaluatorConfig): boolean {
  const essence = (node: object) =>
    JSON.stringify(
      ['id', 'provider', 'kind', 'model', 'file', 'metric', 'baseUrl'].map((key) => Reflect.get(node, key)),
    );
  return essence(a) === essence(b);
}

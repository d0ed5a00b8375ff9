import { existsSync } from 'node:fs';
import { CATALOGUE, type CatalogueEntry } from '../../core/catalogue.ts';
import type { EvaluatorConfig, ModelConfig } from '../../core/config.ts';
import { count, digits3, UNKNOWN } from '../../core/report/render/format.ts';
import { oneLine } from '../../core/report/render/visible.ts';
import { loadWorkspace, type Workspace } from '../../node/config-file.ts';
import { listBundled } from '../../node/detect/bundled.ts';
import { installedPlaces } from '../../node/installed-places.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { alignedTable } from '../table.ts';

export interface ModelsOptions {
  config?: string;
  json?: boolean;
}

/** `poq models`: what the config has, what comes with the product, what is known of the hub. */
export async function modelsCommand(options: ModelsOptions, output: Output): Promise<number> {
  const wanted = options.config !== undefined || existsSync('poq.config.json');
  const workspace = wanted ? await loadWorkspace(options.config, process.cwd()) : null;
  const bundled = listBundled(installedPlaces(process.env).models).map(({ name, ...rest }) => ({
    id: `bundled:${name}`,
    ...rest,
  }));
  if (options.json) {
    const { configFile = '', config = null } = workspace ?? {};
    output.printJson({
      config: config && { file: configFile, models: config.models, evaluators: config.evaluators },
      bundled,
      catalogue: CATALOGUE,
    });
    return EXIT.DONE;
  }
  const { bold, dim } = output.paint;
  if (workspace !== null)
    output.print(`${bold(`In ${oneLine(workspace.configFile)}`)}\n${describeConfig(workspace)}\n`);
  output.print(`${bold('Bundled')}, for trying the tool, not for work`);
  const megabytes = (bytes: number) => `${digits3(bytes / 1e6)} MB`;
  if (bundled.length > 0) {
    const rows = bundled.map((model) => [model.id, model.use, megabytes(model.bytes)]);
    output.print(`${alignedTable([['id', 'use', 'size'], ...rows], [2])}\n`);
  } else output.print('none in this installation\n');
  output.print(
    `${bold('Catalogue')}: models of the Hugging Face hub that are known here. Nothing is downloaded before you ask.`,
  );
  output.print(alignedTable([CATALOGUE_HEAD, ...CATALOGUE.map(catalogueRow)], [3, 4]));
  const notes = CATALOGUE.filter((entry) => entry.note !== null);
  if (notes.length > 0) output.print(`\n${notes.map((entry) => dim(`${entry.hub}: ${entry.note}`)).join('\n')}`);
  return EXIT.DONE;
}

function describeConfig({ config }: Workspace): string {
  const rows = [
    ...config.models.map((model) => [model.id, model.provider, whereIs(model)]),
    ...config.evaluators.map((evaluator) => [evaluator.id, evaluator.kind, whatIs(evaluator)]),
  ];
  return alignedTable([['id', 'kind', 'model'], ...rows.map((row) => row.map(oneLine))]);
}

function whereIs(model: ModelConfig): string {
  if (model.provider === 'recorded') return model.file;
  return model.provider === 'openai' ? `${model.model} at ${model.baseUrl}` : model.model;
}

function whatIs(evaluator: EvaluatorConfig): string {
  return evaluator.kind === 'lexical' ? evaluator.metric : evaluator.model;
}

const CATALOGUE_HEAD = ['model for the config', 'name', 'use', 'parameters', 'download', 'tried', 'licence'];

function catalogueRow(entry: CatalogueEntry): string[] {
  return [
    entry.onnx ?? `${entry.hub} (not in ONNX)`,
    entry.name,
    entry.role,
    `${digits3(entry.parameters / 1e6)} M`,
    entry.download === null ? UNKNOWN : `${count(entry.download.megabytes)} MB ${entry.download.dtype}`,
    entry.tried ? 'tried' : 'not tried',
    entry.licence,
  ];
}

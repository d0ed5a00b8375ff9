import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A model that comes with the product. */
export interface BundledModel {
  /** As `bundled:<name>` names it. */
  name: string;
  /** What it can be in a config: a model, or an evaluator of that kind. */
  use: 'model' | 'bi-encoder';
  bytes: number;
}

/** The models in the product's own folder, models before encoders, the smaller first. */
export function listBundled(folder: string): BundledModel[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'config.json')))
    .map(({ name }) => ({ name, use: useOf(join(folder, name)), bytes: sizeOf(join(folder, name)) }));
  return found.sort((a, b) => Number(a.use !== 'model') - Number(b.use !== 'model') || a.bytes - b.bytes);
}

function useOf(folder: string): BundledModel['use'] {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { architectures?: string[] };
  return config.architectures?.some((name) => name.endsWith('ForCausalLM')) ? 'model' : 'bi-encoder';
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

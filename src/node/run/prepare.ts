import { createHash } from 'node:crypto';
import { cpus, totalmem } from 'node:os';
import type { Config } from '../../core/config.ts';
import type { Diagnostic } from '../../core/types.ts';
import type { RunScope } from '../../protocol/engine.ts';
import type { Workspace } from '../config-file.ts';
import { InputError } from '../errors.ts';
import { type FoundSample, openPromptFiles } from '../prompt-files.ts';
import { createRun, FORMAT, type RunFolder, type RunRecord } from '../store/run-folder.ts';
import { productVersions } from '../versions.ts';
import { sha256 } from './hash.ts';

export interface Selection extends RunScope {
  /** The first N samples in file order. */
  limit?: number;
  reuse?: boolean;
}

/** The samples of a workspace that a selection takes, with notes on models that prompt files name and the config lacks. */
export async function* selectSamples(
  workspace: Workspace,
  { files, samples, limit }: Pick<Selection, 'files' | 'samples' | 'limit'>,
  report: (d: Diagnostic) => void,
): AsyncGenerator<FoundSample, void, undefined> {
  const known = new Set(workspace.config.models.flatMap((m) => ('model' in m ? [m.id, m.model] : [m.id])));
  const wanted = samples && new Set(samples);
  const noted = new Set<string>();
  let count = 0;
  if (limit === 0) return;
  for await (const found of openPromptFiles(workspace, report, { files })) {
    const { sample } = found;
    if (wanted && !wanted.delete(sample.id)) continue;
    const asked = sample.requestedModel;
    if (asked !== null && !known.has(asked) && !noted.has(`${sample.source.file} ${asked}`)) {
      noted.add(`${sample.source.file} ${asked}`);
      report({
        severity: 'info',
        ...sample.source,
        message: `the file asks for the model "${asked}", which the config does not have; the config's models run instead`,
      });
    }
    yield found;
    if (++count === limit) return;
  }
  if (wanted && wanted.size > 0) {
    const [first] = wanted;
    const others = wanted.size > 1 ? ` (and ${wanted.size - 1} others)` : '';
    report({
      severity: 'warning',
      message: `there is no sample ${JSON.stringify(first)}${others} in the prompt files any more`,
    });
  }
}

/** @throws InputError when a model is asked for that the config does not have. */
export function selectModels(config: Config, ids: string[] | undefined): Config {
  if (!ids) return config;
  const missing = ids.filter((id) => !config.models.some((m) => m.id === id));
  if (missing.length > 0) {
    const known = config.models.map((m) => m.id).join(', ');
    throw new InputError([
      { severity: 'error', message: `No model "${missing.join('", "')}" in the config; there are ${known}.` },
    ]);
  }
  return { ...config, models: config.models.filter((m) => ids.includes(m.id)) };
}

/** Reads all prompt files once, stores their samples and makes the run's folder. */
export async function startRun(workspace: Workspace, selection: Selection, signal: AbortSignal): Promise<RunFolder> {
  const { config } = workspace;
  const startedAt = new Date();
  return createRun(workspace.root, startedAt, async (id, file): Promise<RunRecord> => {
    const diagnostics: Diagnostic[] = [];
    const hash = createHash('sha256');
    const files = new Set<string>();
    let samples = 0;
    for await (const { file: path, sample } of selectSamples(workspace, selection, (d) => diagnostics.push(d))) {
      signal.throwIfAborted();
      file.append([sample]);
      hash.update(JSON.stringify(sample));
      files.add(path);
      samples++;
    }
    if (samples === 0) {
      throw new InputError([...diagnostics, { severity: 'error', message: nothingToRun(selection) }]);
    }
    return {
      format: FORMAT,
      id,
      state: 'running',
      startedAt: startedAt.toISOString(),
      finishedAt: null,
      resumedAt: [],
      config,
      configFile: workspace.configFile,
      limit: selection.limit ?? null,
      ...scopeOf(selection),
      reuse: selection.reuse ?? config.reuse,
      samples,
      files: [...files],
      hashes: { config: sha256(JSON.stringify(config)), samples: hash.digest('hex') },
      versions: productVersions(),
      machine: {
        system: `${process.platform} ${process.arch}`,
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        cores: cpus().length,
        memoryBytes: totalmem(),
      },
      nodes: {},
      seeds: { generation: config.generation.seed },
      diagnostics,
    };
  });
}

function nothingToRun({ files, samples }: Selection): string {
  if (samples) return 'None of the chosen prompts could be read: they may have been changed or removed.';
  if (files) return `No prompt could be read from ${files.join(', ')}.`;
  return 'No prompt could be read: check "prompts" in the config.';
}

/** The part of the workspace that was run, for the record; nothing where it was all of it. */
function scopeOf({ files, samples, models }: Selection): { scope?: RunScope } {
  if (!files && !samples && !models) return {};
  return { scope: { ...(files && { files }), ...(samples && { samples }), ...(models && { models }) } };
}

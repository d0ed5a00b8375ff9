import { detectFormat } from '../../core/prompts/index.ts';
import type { Diagnostic } from '../../core/types.ts';
import type { Workspace } from '../../node/config-file.ts';
import { InputError } from '../../node/errors.ts';
import { openPromptFiles, readPromptText } from '../../node/prompt-files.ts';
import { planRun } from '../../node/run/plan.ts';
import type { FoundPrompts, PromptContents, ReaderApi, SampleHead } from '../../protocol/reader.ts';
import { checkConfig } from './config-check.ts';
import { headOf } from './sample-head.ts';

export type PromptReader = Pick<ReaderApi, 'readPrompts' | 'findPrompts' | 'checkConfig' | 'plan'>;

/** Enough of a text to tell its format. */
const HEAD = 16 * 1024;

/** Reads prompt files and configs, as they stand in the editor or on disk. */
export function createPromptReader(): PromptReader {
  return {
    readPrompts,
    findPrompts,
    checkConfig,
    plan: ({ root, config, ...selection }) => {
      const workspace: Workspace = { root, configFile: null, config, diagnostics: [] };
      return planRun({ workspace, ...selection });
    },
  };
}

const readPrompts: ReaderApi['readPrompts'] = async ({ root, path, text, format, env }): Promise<PromptContents> => {
  const found = format ?? detectFormat(path, text.slice(0, HEAD));
  if (found === null) return { format: null, samples: [], diagnostics: [] };
  const samples: SampleHead[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
  for await (const sample of readPromptText(root, { path, format: found }, text, env ?? null, report)) {
    samples.push(headOf(sample));
  }
  return { format: found, samples, diagnostics };
};

const findPrompts: ReaderApi['findPrompts'] = async ({ root, prompts, env }): Promise<FoundPrompts> => {
  const files = new Map<string, SampleHead[]>();
  const diagnostics: Diagnostic[] = [];
  try {
    const found = openPromptFiles({ root, config: { prompts, env } }, (d) => diagnostics.push(d));
    for await (const { file, sample } of found) {
      const samples = files.get(file) ?? [];
      if (samples.length === 0) files.set(file, samples);
      samples.push(headOf(sample));
    }
  } catch (error) {
    // Two samples of one id: the first of them is listed.
    if (!(error instanceof InputError)) throw error;
    diagnostics.push(...error.diagnostics);
  }
  return { files: [...files].map(([path, samples]) => ({ path, samples })), diagnostics };
};

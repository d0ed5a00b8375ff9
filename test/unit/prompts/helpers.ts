import { type PromptInput, readSamples } from '../../../src/core/prompts/index.ts';
import type { Diagnostic, Sample } from '../../../src/core/types.ts';

export interface Read {
  samples: Sample[];
  diagnostics: Diagnostic[];
  /** `severity line message`, for short expectations. */
  told: string[];
}

/** Reads a text as a prompt file, in pieces of `size` characters. */
export async function read(
  path: string,
  text: string,
  options: Partial<PromptInput> & { files?: Record<string, string>; size?: number } = {},
): Promise<Read> {
  const { files = {}, size = 7, ...rest } = options;
  const diagnostics: Diagnostic[] = [];
  const samples: Sample[] = [];
  const input: PromptInput = {
    path,
    chunks: pieces(text, size),
    env: new Map(),
    readRelated: async (name) => {
      const found = files[name];
      if (found === undefined) throw new Error(`there is no file ${name}`);
      return found;
    },
    ...rest,
  };
  for await (const sample of readSamples(input, (d) => diagnostics.push(d))) samples.push(sample);
  return { samples, diagnostics, told: diagnostics.map((d) => `${d.severity} ${d.line ?? '-'} ${d.message}`) };
}

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let i = 0; i < text.length; i += size) yield text.slice(i, i + size);
}

export const jsonl = (...rows: unknown[]) => `${rows.map((r) => JSON.stringify(r)).join('\n')}\n`;

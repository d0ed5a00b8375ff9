import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { escapePath, glob } from 'tinyglobby';

export interface FoundPrompts {
  /** A glob for the config. */
  glob: string;
  /** How many files it matches. */
  files: number;
}

/** Names that only prompt files have, wherever they lie. */
const BY_NAME = ['**/*.prompt.{yml,yaml}', '**/*.prompty', '**/promptfooconfig.{yml,yaml}'];
/** Data formats: prompt files only where the first rows look like it. */
const BY_CONTENT = [
  '*.{jsonl,csv,tsv}',
  'prompts/**/*.{jsonl,csv,tsv,json}',
  'evals/**/*.{jsonl,csv,tsv,json}',
  'datasets/**/*.{jsonl,csv,tsv,json}',
];
const COLUMN_OF_A_PROMPT = /\b(prompt|input|query|question|messages|article)\b/i;

const IGNORED = ['**/node_modules/**', '**/.*/**', '**/dist/**', '**/venv/**'];
/** Folders below the given one; prompt files lie near the top, and init must be quick in a large repository. */
const DEPTH = 5;

/** The globs, of those that name prompt files, that match something in the folder. */
export async function findPromptFiles(folder: string): Promise<FoundPrompts[]> {
  const found: FoundPrompts[] = [];
  const matches = (pattern: string) =>
    glob([pattern], { cwd: folder, ignore: IGNORED, deep: DEPTH, expandDirectories: false });
  for (const pattern of BY_NAME) {
    const files = await matches(pattern);
    if (files.length > 0) found.push({ glob: pattern, files: files.length });
  }
  for (const pattern of BY_CONTENT) {
    const files = await matches(pattern);
    const looks = await Promise.all(files.map((file) => looksLikePrompts(join(folder, file))));
    // One stranger among them would be an error of the run: then each file is named by itself.
    if (looks.every((yes) => yes) && files.length > 0) found.push({ glob: pattern, files: files.length });
    else for (const [i, file] of files.entries()) if (looks[i]) found.push({ glob: escapePath(file), files: 1 });
  }
  return found;
}

async function looksLikePrompts(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
      return COLUMN_OF_A_PROMPT.test(buffer.toString('utf8', 0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

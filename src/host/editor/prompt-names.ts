import type { PromptFormat } from '../../core/config.ts';
import { detectFormat } from '../../core/prompts/detect.ts';

/** Characters of a file's beginning that tell its format. */
export const HEAD = 16 * 1024;

const CERTAIN = /(\.prompt\.ya?ml|\.prompty|(^|\/)promptfooconfig[^/]*\.(ya?ml|json))$/i;
const POSSIBLE = /\.(jsonl|ndjson|json|csv|tsv|tab|ya?ml)$/i;
/** Folders whose files are nobody's prompts. */
const ASIDE = /(^|\/)(node_modules|\.git|\.poq|\.vscode)\//;
const CONFIG = /(^|\/)poq\.config\.json$/;
/** What makes a row of a table or of JSON lines a prompt; the words of core's row reader. */
const PROMPT_KEY = /"(messages|prompt|input|query|question)"\s*:/i;
const PROMPT_CELL = /^"?(messages|prompt|input|query|question)"?$/i;

/**
 * How likely a file holds prompts, by its path (forward slashes) alone. `certain`: only prompt files have such names;
 * `possible`: the beginning of its text decides; `unlikely`: only if a config names it together with a format.
 */
export function nameTells(path: string): 'certain' | 'possible' | 'unlikely' | 'no' {
  if (ASIDE.test(path) || CONFIG.test(path)) return 'no';
  if (CERTAIN.test(path)) return 'certain';
  return POSSIBLE.test(path) ? 'possible' : 'unlikely';
}

/**
 * Whether a file that no config names looks like prompts. Tables and JSON lines of any other kind are common, so their
 * first line has to name a column that holds prompts.
 * @param head the first characters, `HEAD` if there are as many
 */
export function looksLikePrompts(path: string, head: string): PromptFormat | null {
  const format = detectFormat(path, head);
  const first = head
    .replace(/^\uFEFF/, '')
    .trimStart()
    .split('\n', 1)[0]!;
  if (format === 'jsonl' && !first.startsWith('[')) return PROMPT_KEY.test(first) ? format : null;
  if (format === 'csv' || format === 'tsv')
    return first.split(/[,;\t]/).some((cell) => PROMPT_CELL.test(cell.trim())) ? format : null;
  return format;
}

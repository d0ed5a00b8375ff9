import type { PromptFormat } from '../config.ts';

/**
 * The format of a prompt file, by its name and the beginning of its content; null when it is none that we know.
 * @param head the first characters, some thousands if there are as many
 */
export function detectFormat(path: string, head: string): PromptFormat | null {
  const name = path.split('/').at(-1)!.toLowerCase();
  if (/\.prompt\.ya?ml$/.test(name)) return 'prompt-yml';
  if (name.endsWith('.prompty')) return 'prompty';
  if (/^promptfooconfig.*\.(ya?ml|json)$/.test(name)) return 'promptfoo';
  if (/\.(jsonl|ndjson)$/.test(name)) return rowFormat(head) ?? 'jsonl';
  if (name.endsWith('.csv')) return rowFormat(quoted(head)) ?? 'csv';
  if (/\.(tsv|tab)$/.test(name)) return rowFormat(quoted(head)) ?? 'tsv';
  if (name.endsWith('.json')) return jsonFormat(head);
  if (/\.ya?ml$/.test(name)) return yamlFormat(head);
  return null;
}

const has = (text: string, ...keys: string[]) => keys.every((key) => new RegExp(`"${key}"\\s*:`).test(text));

/** Data sets that we know by their columns. */
function rowFormat(head: string): PromptFormat | null {
  const line = head.trimStart().split('\n', 1)[0]!;
  if (has(line, 'context', 'question') && (has(line, 'answers') || has(line, 'id'))) return 'squad';
  return has(line, 'article', 'highlights') ? 'cnn-dailymail' : null;
}

/** A table's header, as keys. */
function quoted(head: string): string {
  const header = head.trimStart().split('\n', 1)[0]!;
  return header
    .split(/[,;\t]/)
    .map((cell) => `"${cell.replaceAll('"', '').trim().toLowerCase()}":`)
    .join(' ');
}

function jsonFormat(head: string): PromptFormat | null {
  const start = head.trimStart();
  if (start.startsWith('[')) {
    if (has(start, 'context', 'question', 'answers')) return 'squad';
    if (has(start, 'article', 'highlights')) return 'cnn-dailymail';
    return /^\[\s*(\{|\])/.test(start) && /"(messages|prompt|input|query|question)"\s*:/.test(start) ? 'jsonl' : null;
  }
  if (has(start, 'data') && (has(start, 'paragraphs') || has(start, 'version'))) return 'squad';
  return null;
}

function yamlFormat(head: string): PromptFormat | null {
  const key = (name: string) => new RegExp(`^${name}\\s*:`, 'm').test(head);
  if (key('prompts') && (key('tests') || key('providers') || key('targets') || key('scenarios') || key('defaultTest')))
    return 'promptfoo';
  return key('messages') ? 'prompt-yml' : null;
}

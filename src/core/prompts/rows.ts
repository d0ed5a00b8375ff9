import type { ChatMessage, Sample } from '../types.ts';
import type { ReadContext } from './input.ts';
import {
  asFields,
  columnName,
  makeSample,
  own,
  REFERENCE_COLUMNS,
  RowError,
  scalarText,
  toMessages,
  toReferences,
  toTags,
} from './values.ts';

/** One row of a table or a JSONL file: normalised column name to value. */
export type Row = ReadonlyMap<string, unknown>;

/** Makes one sample of one row. `index` counts the rows from 0. Throws RowError. */
export type RowReader = (row: Row, index: number, line: number | undefined, ctx: ReadContext) => Sample;

export const PROMPT_COLUMNS = ['messages', 'prompt', 'input', 'query', 'question'];

const META_COLUMNS = ['id', 'task', 'tags', 'group', 'choices', 'metadata'];

/** Which of these columns the plain row reader leaves aside. */
export function unreadColumns(names: string[]): string[] {
  const read = [...PROMPT_COLUMNS, ...REFERENCE_COLUMNS, ...META_COLUMNS];
  return names.filter((name) => !read.includes(columnName(name)));
}

export function toRow(value: unknown): Row {
  const fields = asFields(value);
  if (!fields) throw new RowError('the row is not an object');
  const row = new Map<string, unknown>();
  for (const [key, field] of Object.entries(fields)) if (!row.has(columnName(key))) row.set(columnName(key), field);
  return row;
}

function first(row: Row, names: string[]): [string, unknown] | null {
  for (const name of names) {
    const value = row.get(name);
    if (value !== undefined && value !== null && value !== '') return [name, value];
  }
  return null;
}

/** The row's own id, else `<path>#<index>`. Throws RowError for one that is no text. */
export function rowId(row: Row, index: number, ctx: ReadContext): string {
  const given = row.get('id');
  if (typeof given === 'object' && given !== null) throw new RowError('"id" must be text or a number');
  return filled(row, 'id') ?? filled(row, 'guid') ?? `${ctx.path}#${index}`;
}

/** A column's text, null where there is none. */
export function filled(row: Row, name: string): string | null {
  const text = scalarText(row.get(name));
  return text === null || text.trim() === '' ? null : text;
}

/** `messages` or a prompt, references, id, task, tags: also OpenAI evals', Inspect's and the AI Toolkit's rows. */
export const readPlainRow: RowReader = (row, index, line, ctx) => {
  const prompt = first(row, PROMPT_COLUMNS);
  if (!prompt) throw new RowError(`no prompt: the row needs one of ${PROMPT_COLUMNS.join(', ')}`);
  const choices = toChoices(row.get('choices'));
  let references = toReferences(parsedList(first(row, REFERENCE_COLUMNS)?.[1]));
  if (references === null) throw new RowError(`"${first(row, REFERENCE_COLUMNS)![0]}" must be text or a list of texts`);
  if (choices) references = references.map((r) => choices[letterIndex(r)] ?? r);
  return makeSample(ctx, {
    id: rowId(row, index, ctx),
    task: filled(row, 'task'),
    tags: toTags(parsedList(row.get('tags'))),
    group: filled(row, 'group'),
    messages: withChoices(toPrompt(prompt[0], prompt[1]), choices),
    references,
    source: { file: ctx.path, line },
  });
};

function toPrompt(column: string, value: unknown): ChatMessage[] {
  if (Array.isArray(value)) return toMessages(value);
  const text = scalarText(value);
  if (text === null) throw new RowError(`"${column}" must be text or a list of messages`);
  if (column !== 'messages') return [{ role: 'user', content: text }];
  // A table's cell holds the list as JSON.
  return toMessages(parsedList(text));
}

/** A cell that holds a JSON list is that list; everything else stays as it is. */
function parsedList(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\[[\s\S]*\]\s*$/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function toChoices(value: unknown): string[] | null {
  if (value === undefined || value === null || value === '') return null;
  const list = parsedList(value);
  const texts = Array.isArray(list) ? list.map(scalarText) : [null];
  if (texts.some((t) => t === null)) throw new RowError('"choices" must be a list of texts');
  return texts as string[];
}

/** Inspect names the right choice by its letter. */
const letterIndex = (reference: string) =>
  /^[A-Z]$/.test(reference.trim()) ? reference.trim().charCodeAt(0) - 'A'.charCodeAt(0) : -1;

function withChoices(messages: ChatMessage[], choices: string[] | null): ChatMessage[] {
  if (!choices) return messages;
  const listed = `\n\nChoices:\n${choices.map((c) => `- ${c}`).join('\n')}\n\nAnswer with one of the choices.`;
  const last = messages.findLastIndex((m) => m.role === 'user');
  return messages.map((m, i) => (i === last ? { ...m, content: m.content + listed } : m));
}

/** The answers of a SQuAD row: `{text: [...]}`, a list of `{text}`, or plain texts. */
export function answerTexts(value: unknown): string[] | null {
  const answers = parsedList(value);
  if (Array.isArray(answers)) return toReferences(answers.map((a) => own(asFields(a), 'text') ?? a));
  const fields = asFields(answers);
  return toReferences(fields ? own(fields, 'text') : answers);
}

import type { ChatMessage, GenerationOverrides, Role, Sample } from '../types.ts';
import type { ReadContext } from './input.ts';

/** Reading loosely typed values of users' files, without trusting prototypes. */

export type Fields = Record<string, unknown>;

export function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The value's own property, never an inherited one. */
export function own(fields: Fields | null, key: string): unknown {
  return fields !== null && Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** A scalar as text; null for lists, objects and nothing. */
export function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return null;
}

/** `Ground_Truth`, `ground-truth` and `ground truth` are one column. */
export function columnName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
}

export const REFERENCE_COLUMNS = [
  'reference',
  'references',
  'expected',
  'ideal',
  'target',
  'ground truth',
  'answer',
  'answers',
];

/** A string, a number, a boolean, or a list of them, as reference answers. Empty ones are dropped; null: not one. */
export function toReferences(value: unknown): string[] | null {
  if (value === undefined || value === null) return [];
  const texts = (Array.isArray(value) ? value : [value]).map(scalarText);
  if (texts.some((t) => t === null)) return null;
  return [...new Set((texts as string[]).filter((t) => t.trim() !== ''))];
}

/** Tags as a list, or as text with commas between them. */
export function toTags(value: unknown): string[] {
  const list = Array.isArray(value) ? value.map(scalarText) : (scalarText(value)?.split(',') ?? []);
  return list.map((t) => t?.trim() ?? '').filter((t) => t !== '');
}

/** A row, or a file, that cannot be used. `about`: the part of its text that is to blame, where that is known. */
export class RowError extends Error {
  override name = 'RowError';
  readonly about: string | undefined;

  constructor(message: string, about?: string) {
    super(message);
    this.about = about;
  }
}

const ROLES = new Map<string, Role>([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['human', 'user'],
  ['assistant', 'assistant'],
]);

export function toRole(value: unknown): Role {
  const role = typeof value === 'string' ? ROLES.get(value.trim().toLowerCase()) : undefined;
  if (role) return role;
  throw new RowError(`role ${JSON.stringify(value)} is not supported: use system, user or assistant`);
}

/** Chat messages as APIs write them; content may be text or a list of text parts. Throws RowError. */
export function toMessages(value: unknown): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) throw new RowError('`messages` must be a list of messages');
  return value.map((item, i) => {
    const fields = asFields(item);
    if (!fields) throw new RowError(`message ${i + 1} is not an object with "role" and "content"`);
    return { role: toRole(own(fields, 'role')), content: toContent(own(fields, 'content'), i) };
  });
}

function toContent(value: unknown, index: number): string {
  if (!Array.isArray(value)) {
    const text = scalarText(value);
    if (text !== null) return text;
    throw new RowError(`message ${index + 1} has no text content`);
  }
  return value
    .map((part) => {
      const text = typeof part === 'string' ? part : own(asFields(part), 'text');
      if (typeof text === 'string') return text;
      const type = own(asFields(part), 'type');
      throw new RowError(`message ${index + 1}: content of type ${JSON.stringify(type ?? null)} is not supported`);
    })
    .join('');
}

const OPTIONS: Record<string, keyof GenerationOverrides> = {
  maxtokens: 'maxTokens',
  maxoutputtokens: 'maxTokens',
  maxcompletiontokens: 'maxTokens',
  temperature: 'temperature',
  topp: 'topP',
  topk: 'topK',
  seed: 'seed',
  stop: 'stop',
  stopsequences: 'stop',
};

const BOUNDS: Record<Exclude<keyof GenerationOverrides, 'stop'>, [string, (x: number) => boolean]> = {
  maxTokens: ['a positive whole number', (x) => Number.isInteger(x) && x > 0],
  temperature: ['a number from 0 to 2', (x) => x >= 0 && x <= 2],
  topP: ['a number above 0, at most 1', (x) => x > 0 && x <= 1],
  topK: ['a positive whole number', (x) => Number.isInteger(x) && x > 0],
  seed: ['a whole number', (x) => Number.isSafeInteger(x)],
};

/** The model options of a prompt file; what is unknown or out of range is named in a warning and left out. */
export function toOptions(value: unknown, ctx: ReadContext, line: (key?: string) => number | undefined) {
  const options: GenerationOverrides = {};
  if (value === undefined || value === null) return options;
  const fields = asFields(value);
  if (!fields) {
    ctx.warn(line(), 'the model options are not a mapping: ignored');
    return options;
  }
  for (const [key, raw] of Object.entries(fields)) {
    if (raw === null) continue;
    const name = Object.hasOwn(OPTIONS, plain(key)) ? OPTIONS[plain(key)] : undefined;
    if (name === undefined) ctx.warn(line(key), `model option "${key}" is not supported: ignored`);
    else if (name === 'stop') {
      const stop = toReferences(raw);
      if (stop === null) ctx.warn(line(key), `model option "${key}" must be text or a list of texts: ignored`);
      else options.stop = stop;
    } else {
      const [allowed, holds] = BOUNDS[name];
      const text = scalarText(raw);
      const number = text === null || text.trim() === '' ? Number.NaN : Number(text);
      if (holds(number)) options[name] = number;
      else ctx.warn(line(key), `model option "${key}" must be ${allowed}: ignored`);
    }
  }
  return options;
}

const plain = (key: string) => key.toLowerCase().replace(/[_-]/g, '');

/** A sample with everything that is not given left empty; the file's defaults (task, tags) filled in. */
export function makeSample(
  ctx: ReadContext,
  given: Pick<Sample, 'id' | 'messages' | 'source'> & Partial<Sample>,
): Sample {
  return {
    group: null,
    references: [],
    unanswerable: false,
    checks: [],
    options: {},
    requestedModel: null,
    ...given,
    task: given.task ?? ctx.task,
    tags: [...new Set([...ctx.tags, ...(given.tags ?? [])])],
  };
}

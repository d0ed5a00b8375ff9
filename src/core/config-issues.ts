import { closest, distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import { configSchema } from './config.ts';
import { type KeyPath, valueAt } from './config-text.ts';

/** What zod finds, in words: what is wrong at which key, and what is allowed there. */

type Issue = z.core.$ZodIssue;

export interface KeyProblem {
  path: KeyPath;
  message: string;
}

export function explain(issue: Issue, root: unknown, before: KeyPath = []): KeyProblem[] {
  const path = [...before, ...(issue.path as KeyPath)];
  const value = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path, root) }));
    case 'invalid_union':
      return explainUnion(issue, root, path, value);
    case 'invalid_type':
      if (value === undefined) return [{ path, message: 'is required' }];
      return [{ path, message: `must be ${typeName(issue.expected)}, not ${given(value)}` }];
    case 'invalid_value':
      return [{ path, message: notOneOf(issue.values, value) }];
    case 'too_small':
    case 'too_big':
      return [{ path, message: outOfRange(issue) }];
    case 'invalid_format':
      return [{ path, message: issue.format === 'url' ? 'must be an http:// or https:// URL' : issue.message }];
    default:
      return [{ path, message: issue.message }];
  }
}

function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  root: unknown,
  path: KeyPath,
  value: unknown,
): KeyProblem[] {
  const options = (issue as { options?: unknown[] }).options;
  if (options) return [{ path, message: notOneOf(options, value) }];
  if (value === undefined) return [{ path, message: 'is required' }];
  // The branch that the user meant: the one whose type fits, so that its errors lie inside the value.
  const meant = issue.errors.find((branch) => typeof value === 'object' && !branch.some(isAboutTheWhole));
  if (meant) return meant.flatMap((inner) => explain(inner, root, path));
  return [{ path, message: `must be ${alternatives(path, root).join(' or ')}, not ${given(value)}` }];
}

const isAboutTheWhole = (issue: Issue) =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

const quote = (value: unknown) => JSON.stringify(value);

function given(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return value.length > 40 ? 'text' : quote(value);
  return String(value);
}

const TYPE_NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const typeName = (type: string) => TYPE_NAMES[type] ?? type;

function notOneOf(allowed: readonly unknown[], value: unknown): string {
  const list = allowed.length === 1 ? quote(allowed[0]) : `one of ${allowed.map(quote).join(', ')}`;
  return value === undefined ? `is required: ${list}` : `must be ${list}, not ${given(value)}`;
}

function outOfRange(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const small = issue.code === 'too_small';
  const bound = small ? issue.minimum : issue.maximum;
  if (issue.origin === 'string') return 'must not be empty';
  if (issue.origin === 'array') return `must have at least ${bound} entry`;
  if (small) return issue.inclusive ? `must be at least ${bound}` : `must be more than ${bound}`;
  return issue.inclusive ? `must be at most ${bound}` : `must be less than ${bound}`;
}

function unknownKey(key: string, path: KeyPath, root: unknown): string {
  const known = knownKeys(path, root);
  if (known.length === 0) return 'unknown key';
  const nearest = closest(
    key.toLowerCase(),
    known.map((k) => k.toLowerCase()),
  );
  const suggestion = known.find((k) => k.toLowerCase() === nearest)!;
  return distance(key.toLowerCase(), nearest) <= Math.max(2, key.length / 2)
    ? `unknown key; did you mean "${suggestion}"?`
    : `unknown key; known here: ${known.join(', ')}; the nearest is "${suggestion}"`;
}

/** The part of zod's definitions that is walked here. */
interface Definition {
  type: string;
  innerType?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
  /** Of a record: what stands under every key. */
  valueType?: Schema;
  options?: Schema[];
  discriminator?: string;
  values?: unknown[];
  entries?: Record<string, string>;
}
interface Schema {
  def: Definition;
}

const bare = (schema: Schema): Definition => (schema.def.innerType ? bare(schema.def.innerType) : schema.def);

/** The definitions that may hold at a path: one, or the branches of a union that fit what stands there. */
function definitionsAt(path: KeyPath, root: unknown): Definition[] {
  let found = branches(configSchema as unknown as Schema, root);
  path.forEach((part, i) => {
    const value = valueAt(root, path.slice(0, i + 1));
    found = found
      .map((d) => (typeof part === 'number' ? d.element : (d.shape?.[part] ?? d.valueType)))
      .filter((s) => s !== undefined)
      .flatMap((s) => branches(s, value));
  });
  return found;
}

function branches(schema: Schema, value: unknown): Definition[] {
  const definition = bare(schema);
  if (definition.type !== 'union') return [definition];
  const all = definition.options!.flatMap((option) => branches(option, value));
  const key = definition.discriminator;
  return key === undefined ? all : all.filter((d) => bare(d.shape![key]!).values?.includes(valueAt(value, [key])));
}

function knownKeys(path: KeyPath, root: unknown): string[] {
  return definitionsAt(path, root).flatMap((d) => Object.keys(d.shape ?? {}));
}

/** What a union takes, in words. */
function alternatives(path: KeyPath, root: unknown): string[] {
  return definitionsAt(path, root).map((d) => {
    if (d.shape) return `an object with ${Object.keys(d.shape).map(quote).join(', ')}`;
    const values = d.values ?? Object.values(d.entries ?? {});
    return values.length > 0 ? values.map(quote).join(' or ') : typeName(d.type);
  });
}

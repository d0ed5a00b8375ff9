import { parse, Template, tokenize } from '@huggingface/jinja';
import Mustache from 'mustache';
import { asFields, type Fields, own, RowError, scalarText } from './values.ts';

export type TemplateKind = 'plain' | 'jinja' | 'mustache';

/** A template that is ready to be filled. Throws RowError, which names the variables that are missing. */
export type Filler = (variables: Fields) => string;

/** Compiles a template. Throws RowError when it cannot be parsed. */
export function compile(text: string, kind: TemplateKind): Filler {
  if (!text.includes('{{') && (kind !== 'jinja' || !/\{[%#]/.test(text))) return () => text;
  if (kind === 'plain') return (variables) => fillPlain(text, variables);
  return kind === 'jinja' ? compileJinja(text) : compileMustache(text);
}

function fillPlain(text: string, variables: Fields): string {
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_all, name: string) => {
    const value = own(variables, name);
    if (value === undefined) throw missing([name]);
    return shown(value);
  });
}

const shown = (value: unknown) => scalarText(value) ?? (value === null ? '' : JSON.stringify(value));

function missing(names: string[]): RowError {
  const list = names.map((n) => `{{${n}}}`).join(', ');
  return new RowError(`${list}: no such variable${names.length > 1 ? 's' : ''} for this prompt`);
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RowError) throw error;
    throw new RowError(`template: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}

function compileMustache(text: string): Filler {
  const required = new Set<string>();
  // A section ("#") may be absent by design; names inside one depend on its context.
  for (const [type, name] of attempt(() => Mustache.parse(text) as unknown as [string, string][])) {
    if (type === 'name' || type === '&') required.add(name);
    if (type === '>') throw new RowError(`template: the partial "${name}" is not supported`);
  }
  required.delete('.');
  return (variables) => {
    const absent = [...required].filter((name) => lookup(variables, name.split('.')) === undefined);
    if (absent.length > 0) throw missing(absent);
    return attempt(() => Mustache.render(text, variables, {}, { escape: (value) => shown(value) }));
  };
}

function lookup(variables: Fields, path: string[]): unknown {
  let value: unknown = variables;
  for (const key of path) {
    if (Array.isArray(value) && /^\d+$/.test(key)) value = value[Number(key)];
    else value = own(asFields(value), key);
  }
  return value;
}

function compileJinja(text: string): Filler {
  // As in Jinja2 and Nunjucks: blocks are not trimmed (the library's own constructor trims them for chat templates).
  const template = new Template('');
  template.parsed = attempt(() => parse(tokenize(text)));
  const required = jinjaNames(template.parsed);
  return (variables) => {
    const absent = required.filter((path) => lookup(variables, path) === undefined);
    if (absent.length > 0) throw missing(absent.map((path) => path.join('.')));
    return attempt(() => template.render(variables));
  };
}

type Node = { type: string } & Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof asFields(value)?.type === 'string';

/** Names that Jinja itself provides. */
const GIVEN = ['loop', 'range', 'namespace', 'true', 'false', 'none', 'True', 'False', 'None', 'dict', 'cycler'];

/**
 * The variables (as paths) that a template prints or loops over. A variable that any condition asks about (`if`,
 * `is defined`, `default`, `or`) is optional: Jinja takes its absence for false.
 */
function jinjaNames(program: unknown): string[][] {
  const bound = new Set(GIVEN);
  const optional = new Set<string>();
  const used: string[][] = [];
  const visit = (value: unknown, maybe: boolean): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, maybe);
    else if (value instanceof Map) for (const entry of value) visit(entry, maybe);
    if (!isNode(value)) return;
    const path = memberPath(value);
    if (path && maybe) optional.add(path[0]!);
    else if (path) used.push(path);
    for (const name of boundNames(value)) bound.add(name);
    for (const [child, uncertain] of path ? [] : children(value)) visit(child, maybe || uncertain);
  };
  visit(program, false);
  return used.filter(([root]) => !bound.has(root!) && !optional.has(root!));
}

/** The parts of a node that read variables; true beside those that a missing variable does not break. */
function children(node: Node): [unknown, boolean][] {
  const callee = node.callee as Node | undefined;
  const filter = node.filter as Node | undefined;
  switch (node.type) {
    case 'MemberExpression':
      return [
        [node.object, false],
        [node.computed ? node.property : null, false],
      ];
    case 'CallExpression':
      // A method of a value (`name.upper()`): the value is what must exist, not the method.
      return [
        [callee?.type === 'MemberExpression' ? callee.object : callee, false],
        [node.args, false],
      ];
    case 'FilterExpression': {
      const name = ((filter?.callee as Node | undefined) ?? filter)?.value;
      return [
        [node.operand, name === 'default' || name === 'd'],
        [filter?.args, false],
      ];
    }
    case 'TestExpression':
      return [[node.operand, true]];
    case 'If':
      return [
        [node.test, true],
        [node.body, false],
        [node.alternate, false],
      ];
    case 'SelectExpression':
      return [
        [node.lhs, false],
        [node.test, true],
      ];
    case 'Ternary':
      return [
        [node.condition, true],
        [node.trueExpr, false],
        [node.falseExpr, false],
      ];
    case 'BinaryExpression':
      return [
        [node.left, (node.operator as { value: string }).value === 'or'],
        [node.right, false],
      ];
    case 'For':
      return [
        [node.iterable, false],
        [node.body, false],
        [node.defaultBlock, false],
      ];
    case 'Set':
    case 'KeywordArgumentExpression':
      return [
        [node.value, false],
        [node.body, false],
      ];
    case 'Macro':
    case 'FilterStatement':
      return [[node.body, false]];
    default:
      return Object.values(node).map((child) => [child, false]);
  }
}

/** Names that a node gives a value to. */
function boundNames(node: Node): string[] {
  const names = (target: unknown): string[] => {
    if (Array.isArray(target)) return target.flatMap(names);
    if (!isNode(target)) return [];
    if (target.type === 'Identifier') return [target.value as string];
    return target.type === 'KeywordArgumentExpression' ? names(target.key) : names(target.value);
  };
  if (node.type === 'For') return names(node.loopvar);
  if (node.type === 'Set') return names(node.assignee);
  return node.type === 'Macro' ? [...names(node.name), ...names(node.args)] : [];
}

/** `a.b.c` as a path; null when a part of it is computed. */
function memberPath(node: Node): string[] | null {
  if (node.type === 'Identifier') return [node.value as string];
  if (node.type !== 'MemberExpression' || node.computed) return null;
  const object = memberPath(node.object as Node);
  return object && [...object, (node.property as Node).value as string];
}

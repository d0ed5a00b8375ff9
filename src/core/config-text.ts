import {
  findNodeAtLocation,
  getLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

export type KeyPath = (string | number)[];

interface Problem {
  line: number | undefined;
  message: string;
}

export interface ConfigText {
  value: unknown;
  problems: Problem[];
  /** The line of a key, or of the nearest thing around it that exists; counted from 1. */
  lineOf(path: KeyPath): number | undefined;
}

/** Reads JSON with comments and trailing commas. Keys that occur twice are problems; `__proto__` is a key like others. */
export function readConfigText(text: string): ConfigText {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const errors: ParseError[] = [];
  const problems: Problem[] = [];
  const place = (offset: number) => source.slice(0, offset).split('\n').length;
  let root: Node | undefined;
  let value: unknown;
  try {
    root = parseTree(source, errors, { allowTrailingComma: true });
    for (const error of errors) {
      const { path } = getLocation(source, error.offset);
      const where = path.length > 0 ? ` in ${pathText(path)}` : '';
      const message = `not valid JSON: ${inWords(printParseErrorCode(error.error))}${where}`;
      problems.push({ line: place(error.offset), message });
    }
    if (!root && errors.length === 0) problems.push({ line: 1, message: 'the config is empty' });
    if (root && errors.length === 0)
      value = toValue(root, (key, offset) =>
        problems.push({ line: place(offset), message: `the key "${key}" occurs twice in one object` }),
      );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({ line: 1, message: 'nested too deeply' });
  }
  const lineOf = (path: KeyPath): number | undefined => {
    for (let length = path.length; root && length >= 0; length--) {
      const node = findNodeAtLocation(root, path.slice(0, length));
      if (!node) continue;
      return place(node.parent?.type === 'property' ? node.parent.offset : node.offset);
    }
    return undefined;
  };
  return { value, problems, lineOf };
}

const inWords = (code: string) => code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function toValue(node: Node, twice: (key: string, offset: number) => void): unknown {
  if (node.type === 'array') return (node.children ?? []).map((child) => toValue(child, twice));
  if (node.type !== 'object') return node.value as unknown;
  const object: Record<string, unknown> = {};
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (!key || !value) continue;
    const name = String(key.value);
    if (Object.hasOwn(object, name)) twice(name, key.offset);
    // Not an assignment: `__proto__` would set the prototype.
    Object.defineProperty(object, name, {
      value: toValue(value, twice),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return object;
}

/** `models[1].baseUrl` */
export function pathText(path: KeyPath): string {
  if (path.length === 0) return 'the config';
  return path
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[$\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return i === 0 ? part : `.${part}`;
    })
    .join('');
}

export function valueAt(value: unknown, path: KeyPath): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string | number, unknown>)[part];
  }
  return found;
}

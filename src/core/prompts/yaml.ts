import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml';
import type { ReadContext } from './input.ts';

export type Path = (string | number)[];

export interface YamlFile {
  value: unknown;
  /** The line of a key or a list item, counted from 1. */
  line(path?: Path): number | undefined;
}

/** How many aliases a file may resolve to: enough for real files, too few for a bomb. */
const MAX_ALIASES = 100;
const MAX_ERRORS = 5;

/** Parses YAML (or JSON) and reports what is wrong with it; null when nothing can be read. */
export function parseYaml(text: string, ctx: ReadContext, firstLine = 1, file?: string): YamlFile | null {
  const counter = new LineCounter();
  const place = (offset: number) => counter.linePos(offset).line + firstLine - 1;
  try {
    const document = parseDocument(text, { merge: true, lineCounter: counter, prettyErrors: false, strict: true });
    const [tags, warnings] = parted(document.warnings, (w) => w.code === 'TAG_RESOLVE_FAILED');
    const problems = [...document.errors, ...tags];
    if (problems.some((p) => p.code === 'RESOURCE_EXHAUSTION')) throw new RangeError();
    for (const p of problems.slice(0, MAX_ERRORS)) ctx.error(place(p.pos[0]), explain(p), file);
    if (problems.length > 0) return null;
    for (const warning of warnings) ctx.warn(place(warning.pos[0]), warning.message, file);
    keepNumbersAsWritten(document);
    return {
      value: document.toJS({ maxAliasCount: MAX_ALIASES }),
      line: (path = []) => {
        const offset = offsetOf(document, path);
        return offset === undefined ? undefined : place(offset);
      },
    };
  } catch (error) {
    // The parser recurses: too deep a file overflows its stack. Too many aliases are a ReferenceError.
    if (error instanceof RangeError) ctx.error(firstLine, 'nested too deeply', file);
    else ctx.error(firstLine, `not readable: ${error instanceof Error ? error.message : String(error)}`, file);
    return null;
  }
}

/** What the parser found, in words about the file. A tag asks for a type, or for code, that is not there. */
function explain(problem: YAMLParseError | YAMLWarning): string {
  if (problem.code === 'TAG_RESOLVE_FAILED')
    return `${problem.message.replace(/^Unresolved tag: /, 'the tag ')} is not supported, only plain data is: the file is skipped`;
  if (problem.code === 'MULTIPLE_DOCS') return 'a second YAML document begins here: put it into a file of its own';
  return `not valid YAML: ${problem.message}`;
}

/** The items for which it holds, and the others. */
function parted<T>(items: T[], holds: (item: T) => boolean): [T[], T[]] {
  return [items.filter(holds), items.filter((item) => !holds(item))];
}

/** An expected answer of `1.10` or `007` is that text, not the number it would become. */
function keepNumbersAsWritten(document: Document): void {
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'number' && node.source !== undefined && String(node.value) !== node.source)
        node.value = node.source;
    },
  });
}

function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined = isNode(node) ? node.range?.[0] : undefined;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isSeq(node)) node = node.items[Number(part)];
    else if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
      continue;
    } else return offset;
    if (isNode(node)) offset = node.range?.[0] ?? offset;
  }
  return offset;
}

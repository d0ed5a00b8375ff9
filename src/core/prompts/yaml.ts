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
    for (const error of document.errors.slice(0, MAX_ERRORS))
      ctx.error(place(error.pos[0]), `not valid YAML: ${error.message}`, file);
    if (document.errors.length > 0) return null;
    for (const warning of document.warnings)
      ctx.warn(place(warning.pos[0]), `${warning.message}: custom tags are not supported, read as plain data`, file);
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

import { badRegex, type CheckTemplate, SharedWarnings, toChecks } from './checks.ts';
import { csvRecords } from './csv.ts';
import type { ReadContext } from './input.ts';
import { parseJson } from './jsonl.ts';
import { asFields, type Fields, own, RowError, scalarText } from './values.ts';
import { type Path, parseYaml } from './yaml.ts';

/** One test of a promptfoo config, defaults merged in. */
export interface PromptfooTest {
  vars: Fields;
  checks: CheckTemplate[];
  /** Values of asserts that compare with a text (equals, similar, rouge-n, ...): reference answers. */
  references: string[];
  prefix: string;
  suffix: string;
  expand: boolean;
  task: string | null;
  tags: unknown;
  source: { file: string; line: number | undefined };
}

/** Where a piece of a file stands. */
export interface Place {
  file: string;
  line: (path: Path) => number | undefined;
}

/** Asserts that compare with a text: the text is a reference, and this is how to score against it here. */
const SIMILARITIES: Record<string, string> = {
  similar: 'an evaluator of kind "bi-encoder"',
  'similar:cosine': 'an evaluator of kind "bi-encoder"',
  'rouge-n': 'an evaluator of kind "lexical" with metric "rouge1" or "rouge2"',
  bleu: 'an evaluator of kind "lexical"',
  gleu: 'an evaluator of kind "lexical"',
  meteor: 'an evaluator of kind "lexical"',
  levenshtein: 'an evaluator of kind "lexical"',
};

const GATES: Record<string, string> = {
  latency: 'bound it with a gate on "p95Ms"',
  cost: 'give the model a "price" to see it',
};

/** Collects tests from lists, files and rows; what cannot run is named in warnings that rows share. */
export class TestReader {
  readonly warnings = new SharedWarnings();
  readonly #ctx: ReadContext;
  /** Files of tests that are being read: each may name others, but not one of these. */
  readonly #reading: string[] = [];

  constructor(ctx: ReadContext) {
    this.#ctx = ctx;
  }

  /** `tests:` as promptfoo takes it: a list, a file, a list of files. */
  async readTests(value: unknown, path: Path, place: Place): Promise<PromptfooTest[]> {
    if (value === undefined || value === null) return [];
    const list = Array.isArray(value) ? value : [value];
    const tests: PromptfooTest[] = [];
    for (const [index, item] of list.entries()) {
      const at = Array.isArray(value) ? [...path, index] : path;
      try {
        if (typeof item === 'string') tests.push(...(await this.#readFile(item)));
        else if (own(asFields(item), 'path') !== undefined)
          tests.push(...(await this.#readFile(String(own(asFields(item), 'path')))));
        else tests.push(this.readTest(item, at, place));
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        this.#ctx.error(place.line(at), error.message, place.file);
      }
    }
    return tests;
  }

  readTest(value: unknown, path: Path, place: Place): PromptfooTest {
    const fields = asFields(value);
    if (!fields) throw new RowError('the test is not a mapping');
    const vars = asFields(own(fields, 'vars') ?? {});
    if (!vars) throw new RowError('`vars` must be a mapping');
    const options = asFields(own(fields, 'options'));
    const metadata = asFields(own(fields, 'metadata'));
    for (const key of ['provider', 'providers', 'prompts', 'assertScoringFunction'])
      if (own(fields, key) !== undefined)
        this.warnings.add(`"${key}" of a test is not supported: ignored`, place.file, place.line([...path, key]));
    for (const key of Object.keys(options ?? {}))
      if (!['prefix', 'suffix', 'disableVarExpansion'].includes(key))
        this.warnings.add(
          `option "${key}" of a test is not supported: ignored`,
          place.file,
          place.line([...path, 'options', key]),
        );
    const test: PromptfooTest = {
      vars,
      checks: [],
      references: [],
      prefix: scalarText(own(options, 'prefix')) ?? '',
      suffix: scalarText(own(options, 'suffix')) ?? '',
      expand: own(options, 'disableVarExpansion') !== true,
      task: scalarText(own(metadata, 'task')),
      tags: own(metadata, 'tags'),
      source: { file: place.file, line: place.line(path) },
    };
    this.#readAsserts(own(fields, 'assert'), [...path, 'assert'], place, test);
    return test;
  }

  #readAsserts(value: unknown, path: Path, place: Place, test: PromptfooTest): void {
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) throw new RowError('`assert` must be a list');
    value.forEach((item, index) => {
      const at = [...path, index];
      const fields = asFields(item);
      const type = scalarText(own(fields, 'type'));
      if (type === null) {
        const reference = own(fields, '$ref') === undefined ? 'an assert without a type' : 'an assert by $ref';
        this.warnings.add(`${reference} is not supported: not run`, place.file, place.line(at));
      } else if (type === 'assert-set' && own(fields, 'threshold') === undefined)
        this.#readAsserts(own(fields, 'assert'), [...at, 'assert'], place, test);
      else
        this.addAssert(test, type, own(fields, 'value'), scalarText(own(fields, 'metric')), place.file, place.line(at));
    });
  }

  addAssert(
    test: PromptfooTest,
    type: string,
    value: unknown,
    metric: string | null,
    file: string,
    line: number | undefined,
  ): void {
    const warn = (why: string) => this.warnings.add(`assert "${type}" is not supported: ${why}`, file, line);
    const similarity = Object.hasOwn(SIMILARITIES, type) ? SIMILARITIES[type] : undefined;
    const found = toChecks(type, value, metric ?? undefined);
    if (/^(not-)?(javascript|python|ruby|webhook)$/.test(type)) warn('code is never run');
    else if (typeof value === 'string' && value.startsWith('file://'))
      warn('its value is a file, which is never run or read');
    else if (similarity) {
      test.references.push(...(Array.isArray(value) ? value : [value]).map(scalarText).filter((t) => t !== null));
      warn(`its value is taken as a reference; ${similarity} scores against it`);
    } else if (Object.hasOwn(GATES, type)) warn(GATES[type]!);
    else if (typeof found === 'string') warn(found === 'no such check here' ? 'it has no counterpart here' : found);
    else {
      const broken = found.map(badRegex).find((problem) => problem !== null);
      if (broken) warn(broken);
      else test.checks.push(...found);
      if (type === 'equals') test.references.push(found[0]!.value!);
      if (type.endsWith('is-json') && value !== undefined && value !== null)
        warn('the JSON schema in its value is not checked, only that the output is JSON');
    }
  }

  async #readFile(name: string): Promise<PromptfooTest[]> {
    const relative = name.replace(/^file:\/\//, '');
    if (/\.(js|cjs|mjs|ts|cts|mts|py|rb)(:\w+)?$/i.test(relative))
      throw new RowError(`"${name}" is not supported: code is never run`);
    if (/^[a-z]+:\/\//i.test(relative)) throw new RowError(`"${name}" is not supported: only files of the workspace`);
    const { path, text } = await this.related(relative);
    if (/\.csv$/i.test(path)) return this.#readTable(text, path);
    if (/\.jsonl$/i.test(path)) return this.#readLines(text, path);
    if (!/\.(ya?ml|json)$/i.test(path)) throw new RowError(`"${name}" is not supported: use csv, jsonl, yaml or json`);
    if (this.#reading.includes(path))
      throw new RowError(`"${name}" names itself: ${[...this.#reading, path].join(' > ')}`);
    this.#reading.push(path);
    try {
      const yaml = parseYaml(text, this.#ctx, 1, path);
      return yaml ? await this.readTests(yaml.value, [], { file: path, line: yaml.line }) : [];
    } finally {
      this.#reading.pop();
    }
  }

  async #readLines(text: string, file: string): Promise<PromptfooTest[]> {
    const tests: PromptfooTest[] = [];
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '') continue;
      const place: Place = { file, line: () => index + 1 };
      try {
        const value = parseJson(line, { ...this.#ctx, error: (_l, m) => this.#ctx.error(index + 1, m, file) });
        if (value !== undefined) tests.push(this.readTest(value, [], place));
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        this.#ctx.error(index + 1, error.message, file);
      }
    }
    return tests;
  }

  /** A table of tests: columns are variables; `__expected...` are asserts, `__prefix` and the like are options. */
  async #readTable(text: string, file: string): Promise<PromptfooTest[]> {
    const chunks = (async function* () {
      yield text;
    })();
    const tests: PromptfooTest[] = [];
    let header: string[] | null = null;
    for await (const { line, cells, problem } of csvRecords(chunks)) {
      if (problem || (header && cells.length !== header.length)) {
        this.#ctx.error(line, problem ?? `the row has ${cells.length} cells, the header ${header!.length}`, file);
        continue;
      }
      if (!header) {
        header = cells.map((c) => c.trim());
        continue;
      }
      tests.push(this.#readTableRow(new Map(header.map((name, i) => [name, cells[i]!])), line, file));
    }
    return tests;
  }

  #readTableRow(row: Map<string, string>, line: number, file: string): PromptfooTest {
    const vars = Object.fromEntries([...row].filter(([name]) => name !== '' && !name.startsWith('__')));
    const test = this.readTest({ vars, options: { disableVarExpansion: true } }, [], { file, line: () => line });
    test.prefix = row.get('__prefix') ?? '';
    test.suffix = row.get('__suffix') ?? '';
    test.task = row.get('__metadata:task') ?? null;
    test.tags = row.get('__metadata:tags');
    for (const [name, cell] of row) {
      if (!/^__expected\d*$/.test(name) || cell.trim() === '') continue;
      const { type, value } = fromCell(cell);
      this.addAssert(test, type, value, row.get('__metric') ?? null, file, line);
    }
    return test;
  }

  async related(relative: string): Promise<{ path: string; text: string }> {
    try {
      return await this.#ctx.related(relative);
    } catch (error) {
      throw new RowError(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The short forms of promptfoo's tables: `contains: x`, `is-json`, `fn: code`; anything else means equals. */
function fromCell(cell: string): { type: string; value: string | undefined } {
  const text = cell.trim();
  if (/^(not-)?(is|contains)-json$/.test(text)) return { type: text, value: undefined };
  const short = /^(fn|eval|python|grade|file):\s*([\s\S]*)$/.exec(text);
  if (short) {
    const type = { fn: 'javascript', eval: 'javascript', python: 'python', grade: 'llm-rubric', file: 'javascript' };
    return { type: type[short[1] as keyof typeof type], value: undefined };
  }
  const typed = /^((?:not-)?[a-z]+(?:-[a-z]+)*)(?:\([\d.]+\))?:\s*([\s\S]*)$/.exec(text);
  return typed && isAssertType(typed[1]!) ? { type: typed[1]!, value: typed[2]! } : { type: 'equals', value: text };
}

/** Types that promptfoo knows: `note: this` in a cell is a text to equal, not an assert. */
function isAssertType(type: string): boolean {
  const name = type.replace(/^not-/, '');
  if (typeof toChecks(name, 'x') !== 'string' || Object.hasOwn(SIMILARITIES, name) || Object.hasOwn(GATES, name))
    return true;
  return (
    /^(answer-relevance|classifier|context-(faithfulness|recall|relevance)|contains-(json|sql|xml|html)|is-(sql|xml|html|refusal)|factuality|javascript|llm-rubric|model-graded-(closedqa|factuality)|moderation|perplexity(-score)?|pi|python|ruby|search-rubric|select-best|max-score|g-eval|guardrails|webhook)$/.test(
      name,
    ) || /^is-valid-/.test(name)
  );
}

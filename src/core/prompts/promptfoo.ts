import type { ChatMessage, Sample } from '../types.ts';
import { fillChecks } from './checks.ts';
import type { ReadContext } from './input.ts';
import { type PromptfooTest, TestReader } from './promptfoo-tests.ts';
import { compile } from './template.ts';
import {
  asFields,
  columnName,
  type Fields,
  makeSample,
  own,
  REFERENCE_COLUMNS,
  RowError,
  scalarText,
  toMessages,
  toReferences,
  toTags,
} from './values.ts';
import { type Path, parseYaml, type YamlFile } from './yaml.ts';

/**
 * promptfoo's config: every prompt with every test, list-valued variables expanded, asserts as checks. References are
 * a variable called expected, reference, ideal or target, and the values of asserts that compare with a text (equals,
 * similar, rouge-n, bleu, ...). Providers are named in a note; code is never run.
 */
const KNOWN = new Set(
  'description prompts providers targets tests defaultTest scenarios tags metadata $schema outputPath sharing'.split(
    ' ',
  ),
);

export async function* readPromptfoo(text: string, ctx: ReadContext): AsyncGenerator<Sample> {
  const yaml = parseYaml(text, ctx);
  if (!yaml) return;
  const root = asFields(yaml.value);
  if (!root || own(root, 'prompts') === undefined) return ctx.error(1, 'no `prompts`: not a promptfoo config');
  for (const key of Object.keys(root))
    if (!KNOWN.has(key)) ctx.warn(yaml.line([key]), `"${key}" is not supported: ignored`);
  noteProviders(root, yaml, ctx);

  const reader = new TestReader(ctx);
  const prompts = await readPrompts(own(root, 'prompts'), reader, yaml, ctx);
  const tests = await readAllTests(root, reader, yaml, ctx);
  reader.warnings.tell(ctx);

  for (const [p, prompt] of prompts.entries()) {
    for (const [t, test] of tests.entries()) {
      const id = prompts.length > 1 ? `${ctx.path}#${p}/${t}` : `${ctx.path}#${t}`;
      try {
        const combinations = expand(test);
        for (const [c, vars] of combinations.entries())
          yield await toSample(prompt, test, vars, combinations.length > 1 ? `${id}/${c}` : id, reader, ctx);
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        ctx.error(test.source.line, error.message, test.source.file);
      }
    }
  }
}

function noteProviders(root: Fields, yaml: YamlFile, ctx: ReadContext): void {
  for (const key of ['providers', 'targets']) {
    const value = own(root, key);
    if (value === undefined) continue;
    const names = (Array.isArray(value) ? value : [value]).map(
      (p) => scalarText(p) ?? scalarText(own(asFields(p), 'id')),
    );
    const code = names.filter((n) => n !== null && /^(file:|python:|exec:|.*\.(m?js|c?js|ts|py)$)/.test(n));
    if (code.length > 0) ctx.warn(yaml.line([key]), `provider ${code.join(', ')} is not supported: code is never run`);
    const named = names.filter((n) => n !== null).join(', ') || 'inline';
    ctx.note(yaml.line([key]), `the models come from the config, not from "${key}" (${named})`);
  }
}

/** One prompt: a function from variables to messages. */
type Prompt = (vars: Fields, test: PromptfooTest) => ChatMessage[];

async function readPrompts(value: unknown, reader: TestReader, yaml: YamlFile, ctx: ReadContext): Promise<Prompt[]> {
  const list: unknown[] = Array.isArray(value) ? value : asFields(value) ? Object.keys(asFields(value)!) : [value];
  const prompts: Prompt[] = [];
  for (const [index, item] of list.entries()) {
    const line = yaml.line(Array.isArray(value) ? ['prompts', index] : ['prompts']);
    const fields = asFields(item);
    const text = scalarText(item) ?? scalarText(own(fields, 'raw')) ?? scalarText(own(fields, 'id'));
    try {
      if (text === null) throw new RowError('the prompt must be text, a file, or {raw} / {id}');
      for (const template of await readPromptText(text, reader)) prompts.push(toPrompt(template));
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      ctx.error(line, error.message);
    }
  }
  return prompts;
}

/** The prompt itself, or what its file holds; a text file may hold several with lines of `---` between them. */
async function readPromptText(text: string, reader: TestReader): Promise<string[]> {
  const isFile =
    text.startsWith('file://') || /^[^\n{}]+\.(txt|md|json|ya?ml|j2|jinja2?|[cm]?js|ts|py)$/i.test(text.trim());
  if (/^exec:/.test(text)) throw new RowError(`"${text}" is not supported: code is never run`);
  if (!isFile) return [text];
  const relative = text.trim().replace(/^file:\/\//, '');
  if (/\.([cm]?js|[cm]?ts|py|rb|sh)(:\w+)?$/i.test(relative))
    throw new RowError(`"${text}" is not supported: code is never run`);
  if (/[*?]/.test(relative)) throw new RowError(`"${text}": patterns are not supported here, name the files`);
  const found = await reader.related(relative);
  if (/\.txt$/i.test(found.path)) return found.text.split(/^---\s*$/m).map((t) => t.trim());
  return [found.text.trimEnd()];
}

function toPrompt(template: string): Prompt {
  const chat = asChat(template);
  if (chat) {
    const parts = chat.map(({ role, content }) => ({ role, content: compile(content, 'jinja') }));
    return (vars) => parts.map(({ role, content }) => ({ role, content: content(vars) }));
  }
  const fill = compile(template, 'jinja');
  return (vars, test) => {
    const filled = `${test.prefix}${fill(vars)}${test.suffix}`;
    return asChat(filled) ?? [{ role: 'user', content: filled }];
  };
}

/** Messages where the text is a list of them, in JSON or YAML; null where it is plain text. */
function asChat(text: string): ChatMessage[] | null {
  let value: unknown;
  if (/^\s*\[/.test(text)) {
    try {
      value = JSON.parse(text) as unknown;
    } catch {
      return null;
    }
  } else if (/^\s*- role:/.test(text)) {
    const silent = { error() {}, warn() {}, note() {} };
    value = parseYaml(text, { ...silent, path: '', task: null, tags: [], related: () => Promise.reject() })?.value;
  }
  if (!Array.isArray(value) || !value.every((m) => own(asFields(m), 'role') !== undefined)) return null;
  return toMessages(value);
}

async function readAllTests(
  root: Fields,
  reader: TestReader,
  yaml: YamlFile,
  ctx: ReadContext,
): Promise<PromptfooTest[]> {
  const place = { file: ctx.path, line: (path: Path) => yaml.line(path) };
  const defaults = await reader.readTests(own(root, 'defaultTest'), ['defaultTest'], place);
  const tests = await reader.readTests(own(root, 'tests'), ['tests'], place);
  const scenarios = own(root, 'scenarios');
  if (Array.isArray(scenarios)) {
    for (const [index, scenario] of scenarios.entries()) {
      const at: Path = ['scenarios', index];
      const fields = asFields(scenario);
      if (!fields) {
        ctx.warn(yaml.line(at), 'this scenario is not supported: name its config and tests here');
        continue;
      }
      const configs = await reader.readTests(own(fields, 'config'), [...at, 'config'], place);
      const inner = await reader.readTests(own(fields, 'tests') ?? [{}], [...at, 'tests'], place);
      for (const config of configs) for (const test of inner) tests.push(merge(config, test));
    }
  }
  const none = own(root, 'tests') === undefined && scenarios === undefined;
  if (none) tests.push(reader.readTest({}, ['prompts'], place));
  return defaults.length > 0 ? tests.map((test) => merge(defaults[0]!, test)) : tests;
}

/** `test` with what `base` gives and it does not say itself. */
function merge(base: PromptfooTest, test: PromptfooTest): PromptfooTest {
  return {
    vars: { ...base.vars, ...test.vars },
    checks: [...base.checks, ...test.checks],
    references: [...base.references, ...test.references],
    prefix: test.prefix || base.prefix,
    suffix: test.suffix || base.suffix,
    expand: test.expand && base.expand,
    task: test.task ?? base.task,
    tags: test.tags ?? base.tags,
    source: test.source,
  };
}

/** More combinations than this are surely a mistake. */
const MAX_COMBINATIONS = 10_000;

/** Every combination of the variables that are lists; a variable that is a reference keeps its list. */
function expand(test: PromptfooTest): Fields[] {
  if (!test.expand) return [test.vars];
  let combinations: Fields[] = [{}];
  for (const [name, value] of Object.entries(test.vars)) {
    const isReference = REFERENCE_COLUMNS.includes(columnName(name));
    const choices: unknown[] = Array.isArray(value) && !isReference ? value : [value];
    if (combinations.length * choices.length > MAX_COMBINATIONS)
      throw new RowError(`the lists in \`vars\` give more than ${MAX_COMBINATIONS} combinations`);
    combinations = combinations.flatMap((vars) => choices.map((choice) => ({ ...vars, [name]: choice })));
  }
  return combinations;
}

async function toSample(
  prompt: Prompt,
  test: PromptfooTest,
  given: Fields,
  id: string,
  reader: TestReader,
  ctx: ReadContext,
): Promise<Sample> {
  const vars = await fillVars(given, reader);
  const named = Object.keys(vars).find((name) => REFERENCE_COLUMNS.includes(columnName(name)));
  const references = [
    ...(named === undefined ? [] : (toReferences(vars[named]) ?? [])),
    ...test.references.map((text) => compile(text, 'jinja')(vars)),
  ];
  return makeSample(ctx, {
    id,
    task: test.task,
    tags: toTags(test.tags),
    messages: prompt(vars, test),
    references: [...new Set(references.filter((r) => r.trim() !== ''))],
    checks: fillChecks(test.checks, vars, 'jinja'),
    source: { file: test.source.file, line: test.source.line },
  });
}

/** Variables that are files become their text; variables may use one another. */
async function fillVars(given: Fields, reader: TestReader): Promise<Fields> {
  const vars: Fields = { ...given };
  for (const [name, value] of Object.entries(vars)) {
    if (typeof value !== 'string' || !value.startsWith('file://')) continue;
    if (/\.([cm]?js|[cm]?ts|py|rb)$/i.test(value)) throw new RowError(`variable "${name}": code is never run`);
    vars[name] = (await reader.related(value.slice('file://'.length))).text;
  }
  const filled: Fields = Object.create(null) as Fields;
  for (const [name, value] of Object.entries(vars)) {
    const isTemplate = typeof value === 'string' && value.includes('{{') && !String(given[name]).startsWith('file://');
    filled[name] = isTemplate ? compile(value as string, 'jinja')(vars) : value;
  }
  return filled;
}

import type { ChatMessage, Sample } from '../types.ts';
import type { ReadContext } from './input.ts';
import { parseJson } from './jsonl.ts';
import { lineAt } from './lines.ts';
import { compile, type Filler, type TemplateKind } from './template.ts';
import {
  asFields,
  columnName,
  type Fields,
  makeSample,
  own,
  REFERENCE_COLUMNS,
  RowError,
  scalarText,
  toOptions,
  toReferences,
  toRole,
  toTags,
} from './values.ts';
import { parseYaml, type YamlFile } from './yaml.ts';

/**
 * `.prompty` v1 and v2: front matter (model, inputs, sample, template) and a body whose lines `system:`, `user:`
 * and `assistant:` begin messages. One sample for the file, or one for each item of a sample list.
 */
export async function* readPrompty(text: string, ctx: ReadContext): AsyncGenerator<Sample> {
  const parts = /^---[ \t]*\n([\s\S]*?)\n---[ \t]*(?:\n|$)([\s\S]*)$/.exec(text);
  if (!parts) return ctx.error(1, 'no front matter between two lines of "---": not a .prompty file');
  const [, front = '', body = ''] = parts;
  const yaml = parseYaml(front, ctx, 2);
  if (!yaml) return;
  const root = asFields(yaml.value) ?? {};
  const model = asFields(own(root, 'model'));
  try {
    const template = await readBody(body, templateKind(root), ctx);
    const options = toOptions(own(model, 'options') ?? own(model, 'parameters'), ctx, (key) => {
      const place = ['model', own(model, 'options') === undefined ? 'parameters' : 'options'];
      return yaml.line(key === undefined ? place : [...place, key]);
    });
    for (const key of ['tools', 'outputs'])
      if (own(root, key) !== undefined && !isEmpty(own(root, key)))
        ctx.warn(yaml.line([key]), `"${key}" is not supported: the model is asked for text`);
    const inputs = readInputs(own(root, 'inputs'));
    const samples = await readSamples(root, yaml, ctx);
    for (const [index, sample] of samples.entries()) {
      const variables = (await withFiles({ ...inputs, ...sample }, ctx)) as Fields;
      const metadata = asFields(own(root, 'metadata'));
      yield makeSample(ctx, {
        id: scalarText(own(sample, 'id')) ?? scalarText(own(root, 'id')) ?? `${ctx.path}#${index}`,
        task: scalarText(own(sample, 'task')) ?? scalarText(own(root, 'task')),
        tags: toTags(own(root, 'tags') ?? own(metadata, 'tags')),
        messages: template(variables),
        references: referencesOf(variables),
        options,
        requestedModel: modelName(model),
        source: { file: ctx.path, line: own(root, 'sample') === undefined ? 1 : yaml.line(['sample']) },
      });
    }
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    const about = error.about === undefined ? -1 : text.indexOf(error.about);
    ctx.error(lineAt(text, about < 0 ? text.length - body.length : about), error.message);
  }
}

const isEmpty = (value: unknown) =>
  value === null || (typeof value === 'object' && Object.keys(value as object).length === 0);

/** v1: model.configuration; v2: model.id. */
function modelName(model: Fields | null): string | null {
  const configuration = asFields(own(model, 'configuration'));
  const name =
    own(model, 'id') ??
    own(configuration, 'name') ??
    own(configuration, 'model') ??
    own(configuration, 'azure_deployment');
  const text = scalarText(name);
  return text === null || text.includes('${') ? null : text;
}

function templateKind(root: Fields): TemplateKind {
  const template = own(root, 'template');
  const format = own(asFields(template), 'format') ?? own(asFields(template), 'type') ?? template;
  const name = scalarText(own(asFields(format), 'kind') ?? own(asFields(format), 'type') ?? format) ?? 'jinja2';
  if (name === 'jinja2' || name === 'nunjucks') return 'jinja';
  if (name === 'mustache') return 'mustache';
  throw new RowError(`template format "${name}" is not supported: use jinja2 or mustache`);
}

/** Values of the declared inputs. v1: name to value or {default | sample}; v2: also a list of {name, default, example}. */
function readInputs(value: unknown): Fields {
  const values: Fields = Object.create(null) as Fields;
  const list: [string, unknown][] = Array.isArray(value)
    ? value.map((item) => [scalarText(own(asFields(item), 'name')) ?? '', item])
    : Object.entries(asFields(value) ?? {});
  for (const [name, input] of list) {
    const fields = asFields(input);
    const given = fields ? (own(fields, 'default') ?? own(fields, 'sample') ?? own(fields, 'example')) : input;
    if (name !== '' && given !== undefined && given !== null) values[name] = given;
  }
  return values;
}

/** The file's `sample`: an object, a list of them, or a JSON or YAML file that holds either. */
async function readSamples(root: Fields, yaml: YamlFile, ctx: ReadContext): Promise<Fields[]> {
  let sample = own(root, 'sample');
  const named = typeof sample === 'string' ? (WHOLE_FILE.exec(sample)?.[1] ?? sample) : null;
  if (named !== null) {
    const { path, text } = await readRelated(named, ctx);
    sample = /\.ya?ml$/i.test(path) ? parseYaml(text, ctx, 1, path)?.value : parseJson(text, ctx, path);
    if (sample === undefined) throw new RowError(`the sample file ${path} cannot be read`);
  }
  if (sample === undefined || sample === null) return [{}];
  const list = (Array.isArray(sample) ? sample : [sample]).map(asFields);
  if (list.some((s) => s === null)) throw new RowError('`sample` must be an object or a list of objects');
  if (list.length === 0) ctx.warn(yaml.line(['sample']), '`sample` is an empty list: no sample');
  return list as Fields[];
}

async function readRelated(relative: string, ctx: ReadContext) {
  try {
    return await ctx.related(relative);
  } catch (error) {
    throw new RowError(error instanceof Error ? error.message : String(error), relative);
  }
}

const WHOLE_FILE = /^\s*\$\{file:([^}]+)\}\s*$/;

/** A value that is `${file:path}` becomes the file: parsed when it is JSON, else its text. */
async function withFiles(value: unknown, ctx: ReadContext): Promise<unknown> {
  if (typeof value === 'string') {
    const relative = WHOLE_FILE.exec(value)?.[1];
    if (relative === undefined) return value;
    const { path, text } = await readRelated(relative.trim(), ctx);
    if (!path.endsWith('.json')) return text;
    const parsed = parseJson(text, ctx, path);
    if (parsed === undefined) throw new RowError(`${path} cannot be read`);
    return parsed;
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => withFiles(item, ctx)));
  const fields = asFields(value);
  if (!fields) return value;
  const entries = Object.entries(fields).map(async ([k, v]) => [k, await withFiles(v, ctx)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function referencesOf(variables: Fields): string[] {
  for (const [key, value] of Object.entries(variables))
    if (REFERENCE_COLUMNS.includes(columnName(key))) return toReferences(value) ?? [];
  return [];
}

/** Private characters stand for role markers and included files while the template is filled. */
const MARK = '\uE000';
const END = '\uE001';
const ROLE_LINE = /^[ \t]*#?[ \t]*(system|developer|user|assistant|function|tool|\{\{[^{}\n]+\}\})[ \t]*:[ \t]*$/gim;

/**
 * The body as a function of the variables. Roles are found in the template, before it is filled: a variable whose
 * text holds the line `system:` cannot begin a message of its own. Included files are not read as templates.
 */
async function readBody(
  body: string,
  kind: TemplateKind,
  ctx: ReadContext,
): Promise<(variables: Fields) => ChatMessage[]> {
  const files: string[] = [];
  for (const [, relative = ''] of body.matchAll(/\$\{file:([^}]+)\}/g))
    files.push((await readRelated(relative.trim(), ctx)).text);
  let next = 0;
  const marked = body
    .replaceAll(MARK, '')
    .replaceAll(END, '')
    .replace(/\$\{file:([^}]+)\}/g, () => `${MARK}${next++}${END}`)
    .replace(ROLE_LINE, (_line, role: string) => `${MARK}role ${role}${END}`);
  const fill: Filler = compile(marked, kind);
  return (variables) => {
    const filled = fill(withoutMarks(variables) as Fields);
    const [before = '', ...rest] = filled.split(`${MARK}role `);
    const messages: ChatMessage[] = [];
    const add = (role: ChatMessage['role'], content: string) => {
      const text = content.replace(/\uE000(\d+)\uE001/g, (_all, index) => files[Number(index)] ?? '').trim();
      if (text !== '') messages.push({ role, content: text });
    };
    // Text before the first role is the system's, as in Prompty; a body without any role is one user message.
    add(rest.length > 0 ? 'system' : 'user', before);
    for (const part of rest) {
      const end = part.indexOf(END);
      add(toRole(part.slice(0, end)), part.slice(end + 1));
    }
    if (messages.length === 0) throw new RowError('the prompt is empty');
    return messages;
  };
}

function withoutMarks(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[\uE000\uE001]/g, '');
  if (Array.isArray(value)) return value.map(withoutMarks);
  const fields = asFields(value);
  return fields ? Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, withoutMarks(v)])) : value;
}

import type { Sample } from '../types.ts';
import { badRegex, type CheckTemplate, fillChecks, SharedWarnings, toChecks } from './checks.ts';
import type { ReadContext } from './input.ts';
import { compile } from './template.ts';
import {
  asFields,
  type Fields,
  makeSample,
  own,
  RowError,
  scalarText,
  toMessages,
  toOptions,
  toReferences,
  toTags,
} from './values.ts';
import { parseYaml, type YamlFile } from './yaml.ts';

/**
 * GitHub Models' `.prompt.yml`: messages with `{{variables}}`, one sample per item of `testData`, string evaluators
 * as checks. Variables are replaced by name, nothing more.
 */
const KNOWN = new Set(
  'name description model modelParameters responseFormat jsonSchema messages testData evaluators task tags'.split(' '),
);

export function* readPromptYml(text: string, ctx: ReadContext): Generator<Sample> {
  const yaml = parseYaml(text, ctx);
  if (!yaml) return;
  const root = asFields(yaml.value);
  if (!root || own(root, 'messages') === undefined) return ctx.error(1, 'no `messages`: not a .prompt.yml file');
  for (const key of Object.keys(root))
    if (!KNOWN.has(key)) ctx.warn(yaml.line([key]), `"${key}" is not read from this format`);
  for (const key of ['responseFormat', 'jsonSchema'])
    if (own(root, key) !== undefined && own(root, key) !== 'text')
      ctx.warn(yaml.line([key]), `"${key}" is not supported: the model is asked for text`);

  let fill: (variables: Fields) => Sample['messages'];
  try {
    const templates = toMessages(own(root, 'messages')).map(({ role, content }) => ({
      role,
      content: compile(content, 'plain'),
    }));
    fill = (variables) => templates.map(({ role, content }) => ({ role, content: content(variables) }));
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return ctx.error(yaml.line(['messages']), error.message);
  }

  const checks = readEvaluators(root, yaml, ctx);
  const options = toOptions(own(root, 'modelParameters'), ctx, (key) =>
    yaml.line(key === undefined ? ['modelParameters'] : ['modelParameters', key]),
  );
  const requestedModel = scalarText(own(root, 'model'));
  const data = own(root, 'testData');
  if (data !== undefined && data !== null && !Array.isArray(data))
    return ctx.error(yaml.line(['testData']), '`testData` must be a list');
  const rows: unknown[] = Array.isArray(data) ? data : [{}];

  for (const [index, row] of rows.entries()) {
    const line = Array.isArray(data) ? yaml.line(['testData', index]) : yaml.line(['messages']);
    try {
      const variables = asFields(row);
      if (!variables) throw new RowError('the item of testData is not a mapping');
      const references = toReferences(own(variables, 'expected'));
      if (references === null) throw new RowError('`expected` must be text or a list of texts');
      yield makeSample(ctx, {
        id: scalarText(own(variables, 'id')) ?? `${ctx.path}#${index}`,
        task: scalarText(own(variables, 'task')) ?? scalarText(own(root, 'task')),
        tags: [...toTags(own(root, 'tags')), ...toTags(own(variables, 'tags'))],
        messages: fill(variables),
        references,
        checks: fillChecks(checks, variables, 'plain'),
        options,
        requestedModel,
        source: { file: ctx.path, line },
      });
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      ctx.error(line, error.message);
    }
  }
}

/** GitHub's ready-made evaluators and what comes nearest to them here. */
const COUNTERPARTS: Record<string, string> = {
  'github/similarity': 'an evaluator of kind "bi-encoder" with compare "reference" scores the same',
  'github/relevance': 'an evaluator of kind "bi-encoder" with compare "prompt" comes nearest',
  'github/coherence': 'it needs a judge, which this version does not have',
  'github/fluency': 'it needs a judge, which this version does not have',
  'github/groundedness': 'it needs a judge, which this version does not have',
};

function readEvaluators(root: Fields, yaml: YamlFile, ctx: ReadContext): CheckTemplate[] {
  const list = own(root, 'evaluators');
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    ctx.warn(yaml.line(['evaluators']), '`evaluators` must be a list: not run');
    return [];
  }
  const checks: CheckTemplate[] = [];
  const warnings = new SharedWarnings();
  list.forEach((item, index) => {
    const fields = asFields(item);
    const name = scalarText(own(fields, 'name')) ?? undefined;
    const called = name ? `evaluator "${name}"` : `evaluator ${index + 1}`;
    const warn = (message: string, ...keys: string[]) =>
      warnings.add(message, ctx.path, yaml.line(['evaluators', index, ...keys]));
    const string = asFields(own(fields, 'string'));
    const uses = own(fields, 'uses');
    if (string) {
      for (const [type, value] of Object.entries(string)) {
        const found = toChecks(type, value, name);
        const problem = typeof found === 'string' ? found : found.map(badRegex).find((p) => p !== null);
        if (problem) warn(`${called}: string check "${type}" is not run: ${problem}`, 'string', type);
        else checks.push(...(found as CheckTemplate[]));
      }
    } else if (uses !== undefined) {
      const uri = String(uses);
      const instead = Object.hasOwn(COUNTERPARTS, uri) ? COUNTERPARTS[uri] : 'it has no counterpart here';
      warn(`${called} (uses: ${uri}) is not run: ${instead}`, 'uses');
    } else if (own(fields, 'llm') !== undefined)
      warn(`${called} (llm) is not run: it needs a judge, which this version does not have`, 'llm');
    else warn(`${called} is not run: it is none of string, llm and uses`);
  });
  warnings.tell(ctx);
  return checks;
}

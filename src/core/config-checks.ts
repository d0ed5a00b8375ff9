import type { KeyProblem } from './config-issues.ts';
import { type ConfigText, type KeyPath, pathText, valueAt } from './config-text.ts';

/**
 * What no schema of single values can say: ids that occur twice, gates without what they need, paths that leave the
 * workspace, keys in plain text. Works on the raw value, so that these are told together with the schema's errors.
 */
export function crossCheck(text: ConfigText): KeyProblem[] {
  const root = text.value;
  return [
    ...sameIds(text, 'models'),
    ...sameIds(text, 'evaluators'),
    ...checkGates(root),
    ...checkPaths(root),
    ...checkSecrets(root),
    ...checkEnv(root),
  ];
}

function items(root: unknown, key: string): unknown[] {
  const list = valueAt(root, [key]);
  return Array.isArray(list) ? list : [];
}

const textAt = (value: unknown, ...path: KeyPath): string | null => {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : null;
};

function sameIds(text: ConfigText, key: 'models' | 'evaluators'): KeyProblem[] {
  const first = new Map<string, number>();
  return items(text.value, key).flatMap((item, i) => {
    const id = textAt(item, 'id');
    if (id === null) return [];
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, i);
      return [];
    }
    const path = [key, earlier, 'id'];
    const where = `${pathText(path)} (line ${text.lineOf(path)})`;
    return [{ path: [key, i, 'id'], message: `the id ${JSON.stringify(id)} is taken by ${where}; ids must differ` }];
  });
}

function checkGates(root: unknown): KeyProblem[] {
  const ids = items(root, 'models').map((m) => textAt(m, 'id'));
  const normalize = valueAt(root, ['reward', 'models', 'cost', 'normalize']) ?? 'minmax';
  return items(root, 'gates').flatMap((gate, i) => {
    const problems: KeyProblem[] = [];
    const model = textAt(gate, 'model');
    if (model !== null && !ids.includes(model)) {
      const message = `there is no model ${JSON.stringify(model)}; the models are ${ids.filter((id) => id !== null).join(', ')}`;
      problems.push({ path: ['gates', i, 'model'], message });
    }
    if (textAt(gate, 'metric') === 'reward' && normalize === 'minmax')
      problems.push({
        path: ['gates', i, 'metric'],
        message:
          'a gate on the reward needs a budget: under "minmax" the reward changes with the other models of the run. ' +
          'Set reward.models.cost.normalize to {"budget": X}',
      });
    const [min, max] = [valueAt(gate, ['min']), valueAt(gate, ['max'])];
    if (typeof min === 'number' && typeof max === 'number' && min > max)
      problems.push({ path: ['gates', i], message: `no value can be at least ${min} and at most ${max}` });
    return problems;
  });
}

function checkPaths(root: unknown): KeyProblem[] {
  const problems: KeyProblem[] = [];
  const check = (value: string | null, path: KeyPath) => {
    const why = value === null ? null : leavesWorkspace(value);
    if (why) problems.push({ path, message: why });
  };
  items(root, 'prompts').forEach((entry, i) => {
    if (typeof entry === 'string') check(entry, ['prompts', i]);
    else check(textAt(entry, 'glob'), ['prompts', i, 'glob']);
  });
  items(root, 'models').forEach((model, i) => {
    if (textAt(model, 'provider') === 'recorded') check(textAt(model, 'file'), ['models', i, 'file']);
  });
  return problems;
}

/** Why a path relative to the config's folder is refused, or null. */
function leavesWorkspace(path: string): string | null {
  if (path === '') return null; // The schema says so already.
  // Alternatives in a glob: which of them leads where is not worth telling apart.
  if (/[{(].*(^|[/\\{(,|])\.\.([/\\}),|]|$)/.test(path)) return 'has ".." inside alternatives: refused';
  const parts = path.replaceAll('\\', '/').split('/');
  if (parts[0] === '' || /^[A-Za-z]:/.test(path)) return "must be relative to the config's folder, not absolute";
  let depth = 0;
  for (const part of parts) {
    if (part === '..') depth -= 1;
    else if (part !== '.' && part !== '') depth += 1;
    if (depth < 0) return 'leads outside the workspace (the folder of the config): refused';
  }
  return null;
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function checkSecrets(root: unknown): KeyProblem[] {
  return items(root, 'models').flatMap((model, i) => {
    const problems: KeyProblem[] = [];
    const env = textAt(model, 'apiKey', 'env');
    if (env !== null && env !== '' && !VARIABLE.test(env))
      problems.push({
        path: ['models', i, 'apiKey', 'env'],
        message: 'must be the name of an environment variable (letters, digits, _), not the key itself',
      });
    if (/^https?:\/\/[^/?#]*@/i.test(textAt(model, 'baseUrl') ?? ''))
      problems.push({
        path: ['models', i, 'baseUrl'],
        message: 'must not hold a user name or password: keys never stand in the config, use "apiKey": {"env": "NAME"}',
      });
    return problems;
  });
}

function checkEnv(root: unknown): KeyProblem[] {
  return items(root, 'env').flatMap((name, i) =>
    typeof name === 'string' && name !== '' && !VARIABLE.test(name)
      ? [{ path: ['env', i], message: 'must be the name of an environment variable (letters, digits, _)' }]
      : [],
  );
}

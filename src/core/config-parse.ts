import type * as z from 'zod';
import { type Config, configSchema } from './config.ts';
import { crossCheck } from './config-checks.ts';
import { explain, type KeyProblem } from './config-issues.ts';
import { type ConfigText, type KeyPath, pathText, readConfigText, valueAt } from './config-text.ts';
import type { Diagnostic } from './types.ts';

export interface ParsedConfig {
  /** Null when there is an error. */
  config: Config | null;
  diagnostics: Diagnostic[];
  /** The line of a key of the file, for messages about it that come later. */
  lineOf(path: KeyPath): number | undefined;
}

/** Reads a config: JSON with comments and trailing commas. All errors at once, each with its line, key and remedy. */
export function parseConfig(text: string, file: string): ParsedConfig {
  const source = readConfigText(text);
  const { lineOf } = source;
  const tell = (line: number | undefined, message: string): Diagnostic => ({ severity: 'error', file, line, message });
  const diagnostics = source.problems.map((p) => tell(p.line, p.message));
  if (source.value === undefined) return { config: null, diagnostics, lineOf };

  const result = configSchema.safeParse(source.value);
  const found = result.success ? [] : result.error.issues.flatMap((issue) => explain(issue, source.value));
  const problems = [...found.map((p) => moreSpecific(p, source)), ...crossCheck(source)];
  for (const { path, message } of problems) diagnostics.push(tell(lineOf(path), `${pathText(path)}: ${message}`));
  diagnostics.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { config: result.success && diagnostics.length === 0 ? result.data : null, diagnostics, lineOf };
}

/**
 * What is wrong with a config that no JSON Schema can say, for editors that check against the schema themselves: the
 * schema's own errors are left out. `config` is null where anything at all is wrong.
 */
export function checkBeyondSchema(text: string, file: string): ParsedConfig {
  const source = readConfigText(text);
  const { lineOf } = source;
  if (source.value === undefined || source.problems.length > 0) return { config: null, diagnostics: [], lineOf };
  const result = configSchema.safeParse(source.value);
  const issues = result.success ? [] : result.error.issues.filter((issue) => isBeyondSchema(issue, source.value));
  const problems = [...issues.flatMap((issue) => explain(issue, source.value)), ...crossCheck(source)];
  const diagnostics = problems.map(
    ({ path, message }): Diagnostic => ({
      severity: 'error',
      file,
      line: lineOf(path),
      message: `${pathText(path)}: ${message}`,
    }),
  );
  return { config: result.success && problems.length === 0 ? result.data : null, diagnostics, lineOf };
}

/** Conditions on several keys, and URLs whose form is right but whose protocol is not. */
function isBeyondSchema(issue: z.core.$ZodIssue, root: unknown): boolean {
  if (issue.code === 'custom') return true;
  return issue.code === 'invalid_format' && /^[a-z][a-z\d+.-]*:/i.test(String(valueAt(root, issue.path as KeyPath)));
}

const TRUTHS = /^(token[-_ ]?)?(f1|em|exact([-_ ]?match)?|truth)$/i;
const LATER = new Set(['cross-encoder', 'judge', 'composite']);

/** Where a user's wish is known, the message answers it. */
function moreSpecific(problem: KeyProblem, source: ConfigText): KeyProblem {
  const { path } = problem;
  const value = valueAt(source.value, path);
  const last = path.at(-1);
  const say = (message: string) => ({ path, message });
  if (path[0] === 'models' && last === 'apiKey')
    return say('keys never stand in the config: use {"env": "NAME"} with the name of an environment variable');
  if (path[0] === 'evaluators' && (last === 'metric' || last === 'kind') && TRUTHS.test(String(value)))
    return say(
      `${JSON.stringify(value)} is truth: it is always reported, never enters a reward, and is not offered as an evaluator; ${problem.message}`,
    );
  if (path[0] === 'evaluators' && last === 'kind' && LATER.has(String(value)))
    return say(`evaluators of kind ${JSON.stringify(value)} are not available in this version; ${problem.message}`);
  return problem;
}

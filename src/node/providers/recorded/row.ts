import * as z from 'zod';

const duration = z.number().finite().nonnegative();
const count = z.number().int().nonnegative();

/**
 * One line of a file of recorded answers. Keys beyond these are passed over, so that a run's own generations.jsonl, or
 * another system's log with these keys, can be read as it is.
 */
const recordedRow = z
  .object({
    sample: z.union([z.string().min(1), z.number().transform(String)]),
    repeat: count.default(0),
    text: z.string().optional(),
    error: z.string().optional(),
    latencyMs: duration.nullable(),
    ttftMs: duration.nullish(),
    decodeMs: duration.nullish(),
    inputTokens: count.nullish(),
    outputTokens: count.nullish(),
    device: z.string().min(1).nullish(),
    finish: z.enum(['stop', 'length']).optional().catch(undefined),
  })
  .refine((row) => row.text !== undefined || row.error !== undefined, {
    error: '"text" is missing (or "error", for a failed generation)',
  });

export type RecordedRow = z.output<typeof recordedRow>;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads one line, given as bytes without its line end. @throws Error that tells what is wrong with it */
export function parseRow(line: Uint8Array): RecordedRow {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(line));
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? `not JSON: ${error.message}` : 'not UTF-8');
  }
  const result = recordedRow.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined || issue.path.length === 0) throw new Error(issue?.message ?? 'not a row');
  const key = issue.path.join('.');
  const missing = typeof value === 'object' && value !== null && !Object.hasOwn(value, key);
  const hint = key === 'latencyMs' && missing ? ' (null where it was not measured)' : '';
  throw new Error(missing ? `"${key}" is missing${hint}` : `"${key}": ${issue.message}`);
}

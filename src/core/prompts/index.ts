import type { PromptFormat } from '../config.ts';
import type { Sample } from '../types.ts';
import { readCnnRow } from './cnn-dailymail.ts';
import { readCsv } from './csv.ts';
import { detectFormat } from './detect.ts';
import { refuseEnv } from './env.ts';
import { makeContext, type PromptInput, type ReadContext, type Report, withoutBom } from './input.ts';
import { parseJson, readJsonl, readJsonRows } from './jsonl.ts';
import { BROKEN_TEXT, lineAt, readAll } from './lines.ts';
import { readPromptYml } from './prompt-yml.ts';
import { readPromptfoo } from './promptfoo.ts';
import { readPrompty } from './prompty.ts';
import { type RowReader, readPlainRow } from './rows.ts';
import { readSquadJson, readSquadRow } from './squad.ts';

export { detectFormat } from './detect.ts';
export { resolveEnv } from './env.ts';
export type { EnvAccess, PromptInput, Report } from './input.ts';
export { BROKEN_TEXT } from './lines.ts';

/** Enough of a file to tell its format. */
const HEAD = 16 * 1024;
/** Hand-written formats, and JSON data sets, are read whole: at most this many characters. */
const MAX_WRITTEN = 32 * 1024 * 1024;
const MAX_JSON = 400 * 1024 * 1024;

/**
 * The samples of one prompt file, in its order. Rows (JSONL, CSV, TSV) are streamed; what is broken is reported with
 * file and line, and the rest is still read. Never throws for what a file holds.
 */
export async function* readSamples(input: PromptInput, report: Report): AsyncGenerator<Sample> {
  const ctx = makeContext(input, report);
  const iterator = input.chunks[Symbol.asyncIterator]();
  const held: string[] = [];
  let length = 0;
  while (length < HEAD) {
    const next = await iterator.next();
    if (next.done) break;
    const chunk = length === 0 ? withoutBom(next.value) : next.value;
    if (chunk === '') continue;
    held.push(chunk);
    length += chunk.length;
  }
  const head = held.join('').slice(0, HEAD);
  const chunks = (async function* () {
    yield* held;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  try {
    if (length === 0) return ctx.error(1, 'the file is empty');
    const format = input.format ?? detectFormat(input.path, head);
    if (format === null)
      return ctx.warn(
        undefined,
        'not a prompt file of a known format: skipped (give its "format" in the config, or narrow the pattern)',
      );
    for await (const sample of readFormat(format, head, chunks, ctx)) {
      const refused = refuseEnv(sample.messages, input.env);
      if (refused === null) yield sample;
      else ctx.error(sample.source.line, refused, sample.source.file);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    ctx.error(1, 'nested too deeply');
  } finally {
    await iterator.return?.();
  }
}

async function* readFormat(
  format: PromptFormat,
  head: string,
  chunks: AsyncIterable<string>,
  ctx: ReadContext,
): AsyncGenerator<Sample> {
  if (format === 'prompt-yml' || format === 'prompty' || format === 'promptfoo') {
    const text = await wholeText(chunks, MAX_WRITTEN, ctx);
    if (text === null) return;
    if (format === 'prompt-yml') yield* readPromptYml(text, ctx);
    else if (format === 'prompty') yield* readPrompty(text, ctx);
    else yield* readPromptfoo(text, ctx);
    return;
  }
  const reader: RowReader = format === 'squad' ? readSquadRow : format === 'cnn-dailymail' ? readCnnRow : readPlainRow;
  const container = containerOf(format, ctx.path, head);
  if (container === 'lines') yield* readJsonl(chunks, reader, ctx);
  else if (container === 'json') {
    const text = await wholeText(chunks, MAX_JSON, ctx);
    const value = text === null ? undefined : parseJson(text, ctx);
    if (value === undefined) return;
    if (format === 'squad' && !Array.isArray(value)) yield* readSquadJson(text!, value, ctx);
    else yield* readJsonRows(text!, value, reader, ctx);
  } else yield* readCsv(chunks, container === 'tsv' ? '\t' : undefined, reader, ctx);
}

/** How the rows of a file are laid out. */
function containerOf(format: PromptFormat, path: string, head: string): 'lines' | 'json' | 'csv' | 'tsv' {
  if (format === 'csv' || format === 'tsv') return format;
  const start = head.trimStart();
  if (format !== 'jsonl') {
    if (/\.csv$/i.test(path)) return 'csv';
    if (/\.(tsv|tab)$/i.test(path)) return 'tsv';
  }
  if (/\.(jsonl|ndjson)$/i.test(path)) return 'lines';
  if (start.startsWith('[')) return 'json';
  if (format !== 'squad') return 'lines';
  // One line of a flat file is an object of its own, with its question; the published JSON begins with its data.
  return /^\{[^\n]*"question"[^\n]*\}\s*(\n|$)/.test(start) && !/"paragraphs"\s*:/.test(start) ? 'lines' : 'json';
}

async function wholeText(chunks: AsyncIterable<string>, limit: number, ctx: ReadContext): Promise<string | null> {
  const text = await readAll(chunks, limit);
  if (text === null) {
    ctx.error(undefined, `larger than ${limit / 1024 / 1024} million characters: skipped`);
    return null;
  }
  const broken = text.indexOf(BROKEN_TEXT);
  if (broken >= 0) {
    ctx.error(lineAt(text, broken), 'not UTF-8: the file is skipped');
    return null;
  }
  if (text.trim() === '') {
    ctx.error(1, 'the file is empty');
    return null;
  }
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
}

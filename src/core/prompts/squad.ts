import { visit } from 'jsonc-parser';
import type { Sample } from '../types.ts';
import type { ReadContext } from './input.ts';
import { answerTexts, filled, type RowReader, rowId } from './rows.ts';
import { asFields, makeSample, own, RowError, scalarText } from './values.ts';

/** SQuAD v1.1 and v2: the published JSON, and the flat rows of the Hugging Face data sets. */

const wording = (context: string, question: string) =>
  `Answer the question with a short phrase from the text.\n\nText: ${context}\n\nQuestion: ${question}`;

function toSample(
  ctx: ReadContext,
  given: { id: string; group: string; task: string | null; line: number | undefined } & Pick<
    Sample,
    'references' | 'unanswerable'
  >,
  context: string,
  question: string,
): Sample {
  return makeSample(ctx, {
    id: given.id,
    task: given.task ?? ctx.task ?? 'qa',
    group: given.group,
    messages: [{ role: 'user', content: wording(context, question) }],
    references: given.unanswerable ? [] : given.references,
    unanswerable: given.unanswerable,
    source: { file: ctx.path, line: given.line },
  });
}

/** A flat row: id, title, context, question, answers {text: [...]}. No answer means unanswerable, as in SQuAD v2. */
export const readSquadRow: RowReader = (row, index, line, ctx) => {
  const context = scalarText(row.get('context'));
  const question = scalarText(row.get('question'));
  if (context === null || question === null) throw new RowError('a SQuAD row needs "context" and "question"');
  const given = row.get('answers') ?? row.get('answer');
  const references = answerTexts(given);
  if (references === null) throw new RowError('"answers" must hold a list of texts under "text"');
  const impossible = row.get('is impossible');
  return toSample(
    ctx,
    {
      id: rowId(row, index, ctx),
      group: `${ctx.path}#${fingerprint(context)}`,
      task: filled(row, 'task'),
      line,
      references,
      unanswerable: typeof impossible === 'boolean' ? impossible : given !== undefined && references.length === 0,
    },
    context,
    question,
  );
};

/** Two 32-bit FNV-1a hashes: names a paragraph without keeping all paragraphs of a long file. */
function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x811c9dc5 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(text.length - 1 - i), 0x01000193);
  }
  return [a, b].map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The published JSON: {version, data: [{title, paragraphs: [{context, qas: [{id, question, answers}]}]}]}. */
export function* readSquadJson(text: string, value: unknown, ctx: ReadContext): Generator<Sample> {
  const root = asFields(value);
  const data = own(root, 'data');
  if (!Array.isArray(data)) return ctx.error(1, 'no list "data": not a SQuAD file');
  const lines = questionLines(text);
  const v2 = /^v?2/.test(scalarText(own(root, 'version')) ?? '');
  for (const [a, article] of data.entries()) {
    const paragraphs = own(asFields(article), 'paragraphs');
    if (!Array.isArray(paragraphs)) {
      ctx.error(undefined, `data[${a}] has no list "paragraphs"`);
      continue;
    }
    for (const [p, paragraph] of paragraphs.entries()) {
      const context = scalarText(own(asFields(paragraph), 'context'));
      const qas = own(asFields(paragraph), 'qas');
      if (context === null || !Array.isArray(qas)) {
        ctx.error(lines.get(`${a}/${p}/0`), `data[${a}].paragraphs[${p}] needs "context" and a list "qas"`);
        continue;
      }
      const group = `${ctx.path}#${a}/${p}`;
      for (const [q, item] of qas.entries()) {
        const line = lines.get(`${a}/${p}/${q}`);
        const where = `data[${a}].paragraphs[${p}].qas[${q}]`;
        const fields = asFields(item);
        const question = scalarText(own(fields, 'question'));
        const given = own(fields, 'answers');
        const references = answerTexts(given);
        if (question === null) ctx.error(line, `${where} has no "question"`);
        else if (references === null) ctx.error(line, `${where}: "answers" must be a list of {"text"}`);
        else {
          const impossible = own(fields, 'is_impossible');
          const unanswerable =
            typeof impossible === 'boolean' ? impossible : v2 && given !== undefined && references.length === 0;
          const id = scalarText(own(fields, 'id')) ?? `${ctx.path}#${a}/${p}/${q}`;
          yield toSample(ctx, { id, group, task: null, line, references, unanswerable }, context, question);
        }
      }
    }
  }
}

/** The line of every question, by `article/paragraph/question`. */
function questionLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  let depth = 0;
  visit(text, {
    onObjectBegin: (_offset, _length, line, _column, path) => {
      depth += 1;
      if (depth !== 4) return;
      const [data, a, paragraphs, p, qas, q] = path();
      if (data === 'data' && paragraphs === 'paragraphs' && qas === 'qas') lines.set(`${a}/${p}/${q}`, line + 1);
    },
    onObjectEnd: () => {
      depth -= 1;
    },
  });
  return lines;
}

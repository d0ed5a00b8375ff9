import { filled, type RowReader, rowId } from './rows.ts';
import { makeSample, RowError } from './values.ts';

/** CNN/DailyMail: article, highlights, id. */
export const readCnnRow: RowReader = (row, index, line, ctx) => {
  const article = filled(row, 'article');
  if (article === null) throw new RowError('a CNN/DailyMail row needs "article"');
  const highlights = filled(row, 'highlights');
  const id = rowId(row, index, ctx);
  return makeSample(ctx, {
    id,
    task: filled(row, 'task') ?? ctx.task ?? 'summarisation',
    group: id,
    messages: [{ role: 'user', content: `Summarise the article in one sentence.\n\nArticle: ${article}` }],
    references: highlights === null ? [] : [highlights],
    source: { file: ctx.path, line },
  });
};

import type { RunSummary } from '../summary.ts';
import type { Column } from './columns.ts';
import {
  correlationColumns,
  evaluatorColumns,
  leaderboardColumns,
  ranked,
  referenceColumns,
  taskColumns,
} from './columns.ts';
import { count, counted } from './format.ts';
import { gateSentence, rewardNotes, verdicts } from './sentences.ts';
import { oneLine } from './visible.ts';

/** Text that Markdown, tables and the HTML behind it all show as it is. */
export function escapeMarkdown(text: string): string {
  return (
    oneLine(text)
      .replace(/[\\`*_[\]{}|~#$]/g, '\\$&')
      // At the start of a list item these would begin another list.
      .replace(/^([-+]|\d+[.)])(?=\s)/, (mark) => `${mark.slice(0, -1)}\\${mark.slice(-1)}`)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
  );
}

/** The lines of a table; none without a column or a row. */
export function markdownTable<Row>(columns: Column<Row>[], rows: Row[]): string[] {
  if (columns.length === 0 || rows.length === 0) return [];
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map((c) => escapeMarkdown(c.title))),
    line(columns.map((c) => (c.numeric ? '---:' : '---'))),
    ...rows.map((row) =>
      line(
        columns.map((c) => {
          const { text, aside, tone } = c.cell(row);
          const figure = tone === 'strong' ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text);
          if (!aside) return figure;
          return aside.startsWith('±') ? `${figure} ${aside}` : `${figure} (${aside})`;
        }),
      ),
    ),
  ];
}

/** The run as GitHub-flavoured Markdown, for a pull request or a wiki. */
export function renderMarkdown(summary: RunSummary): string {
  const models = ranked(summary);
  const sections: [string, string[]][] = [
    ['Models', markdownTable(leaderboardColumns(summary), models)],
    ['', [...verdicts(summary), ...rewardNotes(summary)].map((s) => `- ${escapeMarkdown(s)}`)],
    ['Evaluators', markdownTable(evaluatorColumns(summary), summary.evaluators)],
    ['Correlation with truth, by task', markdownTable(correlationColumns(summary), summary.evaluators)],
    ['Against the references', markdownTable(referenceColumns(summary), models)],
    ['By task', markdownTable(taskColumns(summary), models)],
    ['Gates', summary.gates.map((g) => `- ${g.pass ? 'held' : '**failed**'}: ${escapeMarkdown(gateSentence(g))}`)],
    ['Warnings', summary.warnings.map((w) => `- ${escapeMarkdown(w)}`)],
  ];
  const { intervals } = summary;
  const lines = [
    `# Run ${escapeMarkdown(summary.run)}`,
    '',
    `${counted(summary.samples, 'sample')}, ${counted(summary.models.length, 'model')}, ${counted(summary.evaluators.length, 'evaluator')}; state: ${summary.state}.`,
  ];
  for (const [title, body] of sections) {
    if (body.length === 0) continue;
    lines.push('', ...(title === '' ? [] : [`## ${title}`, '']), ...body);
  }
  lines.push(
    '',
    `Quality and truth are on 0 to 10. Intervals are 95 %: ${escapeMarkdown(intervals.method)}, ${count(intervals.resamples)} resamples by ${intervals.unit}, seed ${intervals.seed}.`,
    '',
  );
  return lines.join('\n');
}

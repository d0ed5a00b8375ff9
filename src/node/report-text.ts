import { createHash } from 'node:crypto';
import type { RunSummary } from '../core/report/summary.ts';
import type { RunFolder } from './store/run-folder.ts';

export type ReportFormat = 'md' | 'csv' | 'json' | 'html';

/** The report of a run as text. HTML alone reads the run's rows again, for the samples that it shows. */
export async function renderReport(folder: RunFolder, summary: RunSummary, format: ReportFormat): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(summary, null, 2)}\n`;
    case 'csv':
      return (await import('../core/report/render/csv.ts')).renderCsv(summary);
    case 'md': {
      const { renderMarkdown } = await import('../core/report/render/markdown.ts');
      return `${renderMarkdown(summary).trimEnd()}\n`;
    }
    case 'html': {
      const [{ renderHtml }, { readReportInput }] = await Promise.all([
        import('../core/report/render/html.ts'),
        import('./report-input.ts'),
      ]);
      const sha256Base64 = (text: string) => createHash('sha256').update(text).digest('base64');
      return renderHtml(await readReportInput(folder, summary), sha256Base64);
    }
  }
}

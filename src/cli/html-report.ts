import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../core/report/summary.ts';
import { CannotFinishError } from '../node/errors.ts';
import { renderReport } from '../node/report-text.ts';
import type { RunFolder } from '../node/store/run-folder.ts';

/**
 * Writes the HTML report of a run, into its folder unless told otherwise, and gives the file's path. A report that is
 * there already and would not change is left alone.
 * @throws CannotFinishError when it cannot be written
 */
export async function writeHtmlReport(
  folder: RunFolder,
  summary: RunSummary,
  file = join(folder.path, 'report.html'),
): Promise<string> {
  const html = await renderReport(folder, summary, 'html');
  try {
    if (!existsSync(file) || readFileSync(file, 'utf8') !== html) writeFileSync(file, html);
  } catch (error) {
    throw new CannotFinishError(`Cannot write the report ${file}: ${(error as Error).message}`);
  }
  return file;
}

import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CannotFinishError } from '../../node/errors.ts';
import { type ReportFormat, renderReport } from '../../node/report-text.ts';
import { rebuildSummary } from '../../node/run/rebuild.ts';
import { openRun } from '../../node/store/run-folder.ts';
import { EXIT } from '../exit-codes.ts';
import { writeHtmlReport } from '../html-report.ts';
import type { Output } from '../output.ts';
import { workspaceRoot } from '../workspace-root.ts';

export interface ReportOptions {
  format: ReportFormat;
  out?: string;
  config?: string;
}

/** `poq report`: an earlier run again, rebuilt from its rows. */
export async function reportCommand(run: string, options: ReportOptions, output: Output): Promise<number> {
  const folder = openRun(workspaceRoot(options.config), run);
  const summary = await rebuildSummary(folder);
  const target = options.out === undefined ? undefined : resolve(options.out);
  if (options.format === 'html') {
    output.print(await writeHtmlReport(folder, summary, target));
    return EXIT.DONE;
  }
  const text = await renderReport(folder, summary, options.format);
  if (target === undefined) {
    output.write(text);
    return EXIT.DONE;
  }
  try {
    writeFileSync(target, text);
  } catch (error) {
    throw new CannotFinishError(`Cannot write ${target}: ${(error as Error).message}`);
  }
  output.note(`Written: ${target}`);
  return EXIT.DONE;
}

import type { RunEvent } from '../../node/run/events.ts';
import { type Cancellation, cancelOnSignals } from '../cancellation.ts';
import { EXIT, exitCodeOfRun } from '../exit-codes.ts';
import { type Output, printable } from '../output.ts';
import { createProgressView, type ProgressView } from '../progress.ts';

export interface RunOptions {
  config?: string;
  models?: string[];
  limit?: number;
  resume?: string;
  retryErrors?: boolean;
  reuse?: boolean;
  dryRun?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Diagnostics of one file's rows that are printed one by one; a run with more says how many there are. */
const MAX_DIAGNOSTICS = 200;

/** `poq run`: from a config to a run folder, its tables and its exit status. */
export async function runCommand(options: RunOptions, output: Output): Promise<number> {
  const { loadWorkspace } = await import('../../node/config-file.ts');
  const workspace = await loadWorkspace(options.config, process.cwd());
  const tell = diagnosticTeller(output);
  workspace.diagnostics.forEach(tell.show);
  if (options.dryRun) return dryRun();

  const view = await createProgressView(output, options.quiet ?? false);
  let runId: string | null = null;
  const cancellation = cancelOnSignals(
    () => output.note('Stopping: what is complete is stored. Press Ctrl-C again to end at once.'),
    () => {
      view.stop();
      if (runId !== null) output.note(resumeHint(runId, options));
    },
  );
}

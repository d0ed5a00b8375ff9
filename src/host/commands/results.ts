import { l10n, type QuickPickItem, window } from 'vscode';
import type { PanelRun } from '../../protocol/panel.ts';
import type { Messages } from '../messages.ts';
import type { ActiveRun, History, Panels, Reader, RunRef, Runs } from '../ports.ts';
import { deleteRun } from '../runs/delete-run.ts';
import { exportRun } from '../runs/export-run.ts';

export interface ResultsDeps {
  history: History;
  runs: Runs;
  panels: Panels;
  reader: Reader;
  messages: Messages;
}

/** The commands about runs that are there. Views and messages hand over the run; the palette asks which. */
export function resultsCommands(deps: ResultsDeps) {
  const { history, runs, panels } = deps;
  return {
    openResults: async (given?: unknown) => panels.show({ run: await runOf(history, given) }),
    resumeRun: async (given?: unknown) => {
      const run =
        (await runOf(history, given)) ?? (await pickRun(history, (r) => r.canResume, l10n.t('Resume which run?')));
      if (!run) return;
      void panels.show({ run });
      await runs.resume(run);
    },
    cancel: async (given?: unknown) => {
      const run = await runOf(history, given);
      const which = run ? runs.active.filter((active) => active.run?.path === run.path) : await pickActive(runs);
      for (const active of [...which]) active.cancel();
    },
    setBaseline: async (given?: unknown) => {
      const run =
        (await runOf(history, given)) ??
        (await pickRun(history, (r) => r.problem === null, l10n.t('Which run shall the others be compared with?')));
      if (!run) return;
      await history.setBaseline(run.folder, run);
      window.setStatusBarMessage(l10n.t('Baseline: {0}', run.id), 5000);
    },
    exportReport: async (given?: unknown) => {
      const run =
        (await runOf(history, given)) ??
        (await pickRun(history, (r) => r.problem === null, l10n.t('Export the report of which run?')));
      if (run) await exportRun(run, deps.reader, deps.messages);
    },
    /** Of the views alone. */
    deleteRun: async (given?: unknown) => {
      const run = await runOf(history, given);
      if (run) await deleteRun(deps, run);
    },
  };
}

/** A run as views hand it over (itself, or a row that has it), or as its key. */
async function runOf(history: History, given: unknown): Promise<RunRef | undefined> {
  if (typeof given === 'string') return history.find(given);
  if (typeof given !== 'object' || given === null) return undefined;
  const inner = 'run' in given ? given.run : given;
  return isRunRef(inner) ? inner : undefined;
}

function isRunRef(value: unknown): value is RunRef {
  return typeof value === 'object' && value !== null && 'folder' in value && 'path' in value && 'id' in value;
}

async function pickRun(
  history: History,
  fits: (run: PanelRun) => boolean,
  placeHolder: string,
): Promise<RunRef | undefined> {
  const items = (await history.all()).filter(fits).map((run): QuickPickItem & { key: string } => ({
    label: new Date(run.startedAt).toLocaleString(),
    description: `${run.folder} · ${run.state}`,
    detail: `${run.models.join(', ')} · ${l10n.t('{0} samples', run.samples)} · ${run.id}`,
    key: run.key,
  }));
  if (items.length === 0) {
    await window.showInformationMessage(l10n.t('There is no such run.'));
    return undefined;
  }
  const chosen = await window.showQuickPick(items, { placeHolder, matchOnDetail: true });
  return chosen && history.find(chosen.key);
}

async function pickActive(runs: Runs): Promise<readonly ActiveRun[]> {
  if (runs.active.length < 2) return runs.active;
  const items = runs.active.map((active) => ({
    label: active.folder.name,
    description: active.progress?.label ?? l10n.t('waiting'),
    active,
  }));
  const chosen = await window.showQuickPick(items, { canPickMany: true, placeHolder: l10n.t('Cancel which run?') });
  return (chosen ?? []).map(({ active }) => active);
}

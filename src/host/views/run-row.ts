import { l10n } from 'vscode';
import { fixed, quality } from '../../core/report/render/format.ts';
import type { PanelRun } from '../../protocol/panel.ts';
import type { RunProgress } from '../../protocol/run-events.ts';
import { progressText } from '../text.ts';
import type { Row } from './row.ts';

const ICONS: Record<PanelRun['state'], { icon: string; color?: string }> = {
  running: { icon: 'loading~spin' },
  done: { icon: 'pass', color: 'testing.iconPassed' },
  cancelled: { icon: 'circle-slash' },
  failed: { icon: 'error', color: 'list.errorForeground' },
  interrupted: { icon: 'debug-pause', color: 'list.warningForeground' },
};

/** @param language of the editor, for the date */
export function runRow(run: PanelRun, progress: RunProgress | null, language: string): Row {
  const label = startedAt(run, language);
  const facts = describe(run, progress);
  const state = run.problem === null ? stateText(run.state) : l10n.t('cannot be read');
  const look = run.problem === null ? ICONS[run.state] : { icon: 'warning', color: 'list.warningForeground' };
  const baseline = run.isBaseline ? [l10n.t('baseline')] : [];
  return {
    label,
    description: [...baseline, ...facts].join(' · '),
    tooltip: tooltip(run, state),
    ...look,
    ...(run.isBaseline && run.state === 'done' ? { icon: 'pinned' } : {}),
    context: context(run),
    speech: [...new Set([label, state, ...baseline, ...facts])].join(', '),
  };
}

function startedAt({ startedAt, id }: PanelRun, language: string): string {
  const date = new Date(startedAt);
  if (Number.isNaN(date.getTime())) return id;
  return date.toLocaleString(language, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}

function describe(run: PanelRun, progress: RunProgress | null): string[] {
  if (run.problem !== null) return [l10n.t('cannot be read')];
  if (run.state === 'running' && progress) return [progressText(progress)];
  const samples = run.samples === 1 ? l10n.t('1 sample') : l10n.t('{0} samples', run.samples);
  return [winner(run), run.state === 'done' ? '' : stateText(run.state), samples].filter(Boolean);
}

/** `large 7.82, reward 0.61` */
function winner({ winner }: PanelRun): string {
  if (winner === null || winner.quality === null) return winner?.model ?? '';
  const { model, reward } = winner;
  const shown = quality(winner.quality);
  return reward === null ? `${model} ${shown}` : l10n.t('{0} {1}, reward {2}', model, shown, fixed(reward, 2));
}

function stateText(state: PanelRun['state']): string {
  switch (state) {
    case 'running':
      return l10n.t('running');
    case 'done':
      return l10n.t('done');
    case 'cancelled':
      return l10n.t('cancelled');
    case 'failed':
      return l10n.t('failed');
    case 'interrupted':
      return l10n.t('interrupted');
  }
}

function tooltip(run: PanelRun, state: string): string[] {
  const lines = [run.id, state];
  if (run.problem !== null) return [...lines, run.problem];
  if (run.models.length > 0) lines.push(l10n.t('Models: {0}', run.models.join(', ')));
  if (run.evaluators.length > 0) lines.push(l10n.t('Evaluators: {0}', run.evaluators.join(', ')));
  if (run.files.length > 0) lines.push(l10n.t('Files: {0}', some(run.files)));
  if (run.machine) lines.push(run.machine);
  return lines;
}

function some(files: string[]): string {
  const shown = files.slice(0, 5).join(', ');
  return files.length > 5 ? l10n.t('{0} and more', shown) : shown;
}

/** `run.done`, with `.active`, `.resumable` and `.baseline` where they are so, in this order. */
function context(run: PanelRun): string {
  if (run.problem !== null) return 'run.unreadable';
  const marks = [run.active && 'active', run.canResume && 'resumable', run.isBaseline && 'baseline'];
  return ['run', run.state, ...marks.filter(Boolean)].join('.');
}

import { type Disposable, l10n, StatusBarAlignment, window } from 'vscode';
import type { Runs } from '../ports.ts';
import { progressText } from '../text.ts';

/** Shows in the status bar what runs, while something runs; a click shows the results. */
export function registerStatusBar(runs: Runs): Disposable {
  const item = window.createStatusBarItem('poq.status', StatusBarAlignment.Left, 10);
  item.name = 'PoQ Lab';
  item.command = 'poq.openResults';
  const update = () => {
    const [run, ...others] = runs.active;
    if (!run) return item.hide();
    const { progress } = run;
    const percent = progress && progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : null;
    const waiting = others.length > 0 ? ` (+${others.length})` : '';
    item.text = percent === null ? `$(loading~spin) PoQ${waiting}` : `$(loading~spin) PoQ ${percent} %${waiting}`;
    item.tooltip = progress ? progressText(progress) : l10n.t('PoQ is starting');
    item.accessibilityInformation = { label: `PoQ: ${item.tooltip}` };
    item.show();
  };
  const subscriptions = [item, runs.onDidChange(update), runs.onDidEnd(update)];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

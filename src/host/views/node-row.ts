import { l10n } from 'vscode';
import { duration } from '../../core/report/render/format.ts';
import type { NodeState } from '../../protocol/reader.ts';
import { bytesText } from '../text.ts';
import type { Row } from './row.ts';

const ICONS: Record<NodeState['state'], { icon: string; color?: string }> = {
  ready: { icon: 'pass', color: 'testing.iconPassed' },
  download: { icon: 'cloud-download' },
  missing: { icon: 'error', color: 'list.errorForeground' },
  unknown: { icon: 'question' },
};

/** A model or an evaluator of the config. */
export function nodeRow(node: NodeState): Row {
  const { id, role, kind, source, bytes, lastLoaded, problem } = node;
  const state = stateText(node);
  const size = bytes === null ? '' : bytesText(bytes);
  // Of recorded answers the device says no more than the kind.
  const device = lastLoaded && lastLoaded.device !== kind ? lastLoaded.device : '';
  const facts = [kind, device, size].filter(Boolean);
  return {
    label: id,
    description: [...(node.state === 'ready' ? [] : [state]), ...facts].join(' · '),
    tooltip: [
      `${id}: ${source}`,
      problem === null ? state : `${state}: ${problem}`,
      ...(size ? [l10n.t('Size on disk: {0}', size)] : []),
      ...loaded(node),
    ],
    ...ICONS[node.state],
    context: `${role}.${node.state}.${kind}`,
    speech: [id, state, ...facts, ...(problem === null ? [] : [problem])].join(', '),
  };
}

function stateText({ state, kind }: NodeState): string {
  switch (state) {
    case 'ready':
      return l10n.t('ready');
    case 'download':
      return l10n.t('not downloaded yet');
    case 'missing':
      return l10n.t('cannot be used');
    case 'unknown':
      return kind === 'openai' || kind === 'vscode-lm' ? l10n.t('not tried yet') : l10n.t('unknown');
  }
}

/** What the newest run tells of the model: where it ran and what it took. */
function loaded({ lastLoaded }: NodeState): string[] {
  if (!lastLoaded) return [];
  const { device, dtype, loadMs, memoryBytes, tried = [], notes = [] } = lastLoaded;
  const lines = [dtype ? l10n.t('Ran last on: {0} ({1})', device, dtype) : l10n.t('Ran last on: {0}', device)];
  if (loadMs !== undefined) lines.push(l10n.t('Loaded in {0}', duration(loadMs)));
  if (memoryBytes !== undefined) lines.push(l10n.t('Memory: {0}', bytesText(memoryBytes)));
  lines.push(...tried.map((other) => l10n.t('Did not work: {0} ({1})', other.device, other.error)));
  return [...lines, ...notes];
}

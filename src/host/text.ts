import { l10n } from 'vscode';
import type { RunProgress } from '../protocol/run-events.ts';

/** `1.32 GB`, `16 MB`: three digits, decimal units, as hubs and disks are sold. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `medium answers, 23 of 146, about 2 min left`; without the count where it is not known yet. */
export function progressText({ label, done, total, etaMs }: RunProgress): string {
  if (total === 0) return label;
  const count = l10n.t('{0}, {1} of {2}', label, done, total);
  if (etaMs === null) return count;
  const seconds = Math.max(1, Math.round(etaMs / 1000));
  const left = seconds < 90 ? l10n.t('{0} s', seconds) : l10n.t('{0} min', Math.round(seconds / 60));
  return l10n.t('{0}, about {1} left', count, left);
}

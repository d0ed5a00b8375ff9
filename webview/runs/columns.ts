import type { Cell, Column } from '../../src/core/report/render/columns.ts';
import type { CsvValue } from '../../src/core/report/render/csv.ts';
import { count, decimalsFor, duration, fixed, quality, UNKNOWN } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { PanelRun } from '../../src/protocol/panel.ts';
import { runTime } from '../ui/time.ts';

/** The table of all runs. */

const STATES: Record<PanelRun['state'], Cell> = {
  running: { text: 'running' },
  done: { text: 'done' },
  cancelled: { text: 'cancelled', tone: 'dim' },
  failed: { text: 'failed', tone: 'bad' },
  interrupted: { text: 'interrupted', tone: 'bad' },
};

/** File names that stand in a cell; how many more there are is said. */
const NAMED_FILES = 2;

export function runColumns(severalFolders: boolean): Column<PanelRun>[] {
  const rewards = decimalsFor([]);
  const column = (key: string, title: string, numeric: boolean, cell: (run: PanelRun) => Cell): Column<PanelRun> => ({
    key,
    title,
    short: title,
    numeric,
    drop: 0,
    cell,
  });
  const known = (run: PanelRun, text: string): Cell => ({ text: run.problem === null ? text : UNKNOWN });
  return [
    column('started', 'Started', false, (r) => ({ text: runTime(r.startedAt) })),
    column('state', 'State', false, (r) =>
      r.problem === null ? STATES[r.state] : { text: 'unreadable', tone: 'bad' },
    ),
    ...(severalFolders ? [column('folder', 'Folder', false, (r) => ({ text: oneLine(r.folder) }))] : []),
    column('winner', 'Best model', false, (r) => known(r, r.winner ? oneLine(r.winner.model) : UNKNOWN)),
    column('quality', 'Quality', true, (r) => known(r, quality(r.winner?.quality))),
    column('reward', 'Reward', true, (r) => known(r, fixed(r.winner?.reward, rewards))),
    column('p50', 'p50', true, (r) => known(r, duration(r.winner?.p50))),
    column('samples', 'Samples', true, (r) => known(r, count(r.samples))),
    column('models', 'Models', false, (r) => known(r, r.models.map(oneLine).join(', '))),
    column('files', 'Prompt files', false, (r) => known(r, files(r.files))),
    column('machine', 'Machine', false, (r) => known(r, oneLine(r.machine))),
  ];
}

function files(names: string[]): string {
  const shown = names.slice(0, NAMED_FILES).map(oneLine).join(', ');
  return names.length > NAMED_FILES ? `${shown} and ${count(names.length - NAMED_FILES)} more` : shown;
}

const VALUES: Record<string, (run: PanelRun) => CsvValue> = {
  started: (r) => r.startedAt,
  state: (r) => r.state,
  folder: (r) => r.folder,
  winner: (r) => r.winner?.model ?? null,
  quality: (r) => r.winner?.quality ?? null,
  reward: (r) => r.winner?.reward ?? null,
  p50: (r) => r.winner?.p50 ?? null,
  samples: (r) => r.samples,
  models: (r) => r.models.join(' '),
  files: (r) => r.files.join(' '),
  machine: (r) => r.machine,
};

export function runValue(run: PanelRun, column: string): CsvValue | undefined {
  return VALUES[column]?.(run);
}

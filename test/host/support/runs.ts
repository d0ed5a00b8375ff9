import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunSummary } from '../../../src/core/report/summary.ts';
import { until } from './until.ts';

/** The ids of a workspace's runs, oldest first. */
export function runsIn(folder: string): string[] {
  const runs = path.join(folder, '.poq', 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

export function runState(folder: string, id: string): string {
  return JSON.parse(readFileSync(path.join(folder, '.poq', 'runs', id, 'run.json'), 'utf8')).state;
}

export function readRows<Row>(folder: string, id: string, name: string): Row[] {
  const text = readFileSync(path.join(folder, '.poq', 'runs', id, `${name}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Waits for the run number `count` (from 1) of a workspace to end; gives its id and summary. */
export async function finishedRun(folder: string, count: number): Promise<{ id: string; summary: RunSummary }> {
  const what = `run ${count} of ${folder} is done`;
  return until(
    what,
    () => {
      const id = runsIn(folder)[count - 1];
      if (id === undefined) return undefined;
      const file = path.join(folder, '.poq', 'runs', id, 'summary.json');
      if (runState(folder, id) !== 'done' || !existsSync(file)) return undefined;
      return { id, summary: JSON.parse(readFileSync(file, 'utf8')) as RunSummary };
    },
    120_000,
  );
}

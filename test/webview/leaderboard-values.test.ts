import { expect, it } from 'vitest';
import type { RankedModel } from '../../src/core/report/render/columns.ts';
import { taskValue } from '../../webview/leaderboard/values.ts';

it('a model without samples of a task has no figures there, whatever the task is called', () => {
  const figures = { samples: 3, quality: { mean: 7, low: null, high: null }, f1: 0.5 };
  const row = { rank: 1, model: { id: 'm', byTask: { qa: figures } } } as unknown as RankedModel;
  expect(taskValue(row, 'qa quality')).toBe(7);
  for (const task of ['summaries', 'constructor', '__proto__', 'toString'])
    for (const figure of ['quality', 'f1', 'n']) expect(taskValue(row, `${task} ${figure}`)).toBeNull();
});

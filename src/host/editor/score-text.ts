import { duration, fixed } from '../../core/report/render/format.ts';
import type { FileResults, ModelOutcome, SampleOutcome } from '../../protocol/reader.ts';

/** Marks a place for a text in a translatable message; `vscode.l10n.t` in the editor. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

export interface ModelFigures extends Pick<ModelOutcome, 'model' | 'quality' | 'latencyMs' | 'reward' | 'pass'> {
  /** Nothing but failed generations. */
  failed: boolean;
}

/** What the last runs say of one sample or of several: means by model, best first. */
export interface Figures {
  models: ModelFigures[];
  samples: number;
  passed: number;
  notPassed: number;
}

/** Figures of the samples on one line; null where none of them was run. */
export function figuresOf(outcomes: readonly SampleOutcome[]): Figures | null {
  if (outcomes.length === 0) return null;
  const byModel = new Map<string, ModelOutcome[]>();
  for (const outcome of outcomes)
    for (const model of outcome.models) {
      const known = byModel.get(model.model);
      if (known) known.push(model);
      else byModel.set(model.model, [model]);
    }
  const models = [...byModel].map(([model, all]) => ({
    model,
    quality: mean(all.map((m) => m.quality)),
    latencyMs: mean(all.map((m) => m.latencyMs)),
    reward: mean(all.map((m) => m.reward)),
    pass: together(all.map((m) => m.pass)),
    failed: all.every((m) => m.error !== null),
  }));
  return { models: models.sort(better), ...counts(outcomes) };
}

/** Figures of a whole file: the run's own means, so that they are those of every table. */
export function figuresOfFile(results: FileResults): Figures | null {
  if (results.run === null || results.models.length === 0) return null;
  const { run, models } = results;
  const latest = Object.values(results.samples).filter((outcome) => outcome.run === run.id);
  const failed = (model: string) =>
    latest.length > 0 && latest.every((o) => (o.models.find((m) => m.model === model)?.error ?? null) !== null);
  return {
    models: models.map((m) => ({ ...m, pass: null, failed: failed(m.model) })),
    ...counts(latest),
  };
}

function counts(outcomes: readonly SampleOutcome[]) {
  return {
    samples: outcomes.length,
    passed: outcomes.filter((o) => o.pass === true).length,
    notPassed: outcomes.filter((o) => o.pass === false).length,
  };
}

/** The mean of what is known; null where nothing is. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((v) => v !== null);
  return known.length === 0 ? null : known.reduce((sum, v) => sum + v, 0) / known.length;
}

function together(passes: readonly (boolean | null)[]): boolean | null {
  if (passes.includes(false)) return false;
  return passes.includes(null) ? null : true;
}

/** Best first: by reward, by quality where a reward is missing; failed ones last. */
function better(a: ModelFigures, b: ModelFigures): number {
  if (a.failed !== b.failed) return a.failed ? 1 : -1;
  const [x, y] = a.reward !== null && b.reward !== null ? [a.reward, b.reward] : [a.quality, b.quality];
  return (y ?? -1) - (x ?? -1);
}

/** `last: 7.8 quality, 420 ms, reward 0.61`, with the model where several ran. */
export function lastTitle(figures: Figures, edited: boolean, t: Translate): string {
  const { models, samples, passed, notPassed } = figures;
  const parts: string[] = [];
  if (samples > 1) parts.push(t('{0} of {1} passed', passed, samples));
  else if (notPassed > 0) parts.push(t('not passed'));
  const best = models[0];
  if (best) {
    const numbers = best.failed ? t('no answer') : [qualityText(best, t), ...speedAndReward(best, t)].join(', ');
    parts.push(models.length > 1 ? `${best.model} ${numbers} ${t('(best of {0})', models.length)}` : numbers);
  }
  if (edited) parts.push(t('edited since'));
  return t('last: {0}', parts.join(', '));
}

function qualityText({ quality }: ModelFigures, t: Translate): string {
  return quality === null ? t('no quality') : t('{0} quality', fixed(quality, 1));
}

function speedAndReward({ latencyMs, reward }: ModelFigures, t: Translate): string[] {
  return [
    ...(latencyMs === null ? [] : [duration(latencyMs)]),
    ...(reward === null ? [] : [t('reward {0}', fixed(reward, 2))]),
  ];
}

/** More models than this are not told one by one beside a row. */
const BESIDE = 3;

const sign = (pass: boolean | null) => (pass === null ? '○' : pass ? '✓' : '✗');

/** `✓ 7.8 · 420 ms` beside a test row, by model with bars between where there are a few. */
export function besideText(figures: Figures, edited: boolean, t: Translate): string {
  const { models, samples, passed, notPassed } = figures;
  const shown = models.length > BESIDE ? models.slice(0, 1) : models;
  const texts = shown.map((m) => {
    const name = models.length > 1 ? `${m.model} ` : '';
    const latency = m.latencyMs === null ? '' : ` · ${duration(m.latencyMs)}`;
    return `${sign(m.pass)} ${name}${m.failed ? t('no answer') : `${fixed(m.quality, 1)}${latency}`}`;
  });
  if (models.length > BESIDE) texts.push(t('(best of {0})', models.length));
  if (samples > 1) texts.unshift(`${sign(passOf(figures))} ${t('{0} of {1} passed', passed, passed + notPassed)}`);
  if (edited) texts.push(t('edited since'));
  // One line: ids of models come from a file.
  return texts.join(' | ').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Whether all samples passed; null where that is not known. */
export function passOf({ samples, passed, notPassed }: Figures): boolean | null {
  if (notPassed > 0) return false;
  return passed === samples ? true : null;
}

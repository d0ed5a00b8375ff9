import { fixed } from '../../core/report/render/format.ts';
import type { ModelOutcome, OutputDetail, SampleDetail, SampleOutcome } from '../../protocol/reader.ts';
import type { Translate } from '../editor/score-text.ts';

/** Characters of a text that a message shows. */
const TEXT = 4000;

/** Why one model's answer fails a sample, and the two texts to compare where there are both. */
export interface Failure {
  message: string;
  expected: string | null;
  actual: string | null;
}

export type Verdict = 'passed' | 'failed' | 'errored' | 'skipped';

/** `errored`: no model gave an answer. `skipped`: a quality is unknown, so that nothing decides. */
export function verdictOf({ pass, models }: SampleOutcome): Verdict {
  if (models.length > 0 && models.every(({ error }) => error !== null)) return 'errored';
  if (pass === null) return 'skipped';
  return pass ? 'passed' : 'failed';
}

/** Milliseconds that all models together took for the sample; undefined where that is unknown. */
export function durationOf({ models }: SampleOutcome): number | undefined {
  const known = models.flatMap(({ latencyMs }) => latencyMs ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, ms) => sum + ms, 0);
}

/**
 * One failure for every model that falls short.
 * @param detail the sample's texts; null where they cannot be had
 */
export function failuresOf(outcome: SampleOutcome, detail: SampleDetail | null, t: Translate): Failure[] {
  return outcome.models
    .filter(({ pass, error }) => pass === false || error !== null)
    .map((model) => {
      const output = detail?.outputs.find((o) => o.model === model.model && o.text !== null);
      const actual = output?.text ? shown(output.text) : null;
      return {
        message: reasons(model, output, outcome.minQuality, t).join('\n'),
        expected: actual === null || detail === null ? null : expectedOf(detail),
        actual,
      };
    });
}

function reasons(model: ModelOutcome, output: OutputDetail | undefined, least: number, t: Translate): string[] {
  const { model: id, quality, failedChecks, error } = model;
  const found: string[] = [];
  if (error !== null) found.push(t('{0}: no answer: {1}', id, error));
  else if (quality !== null && quality < least)
    found.push(t('{0}: quality {1} is below {2}, the least that passes.', id, belowText(quality, least), least));
  for (const label of failedChecks) found.push(t('{0}: the check failed: {1}', id, label));
  const scores = (output?.scores ?? []).flatMap((s) =>
    s.quality === null ? [] : `${s.evaluator} ${fixed(s.quality, 1)}`,
  );
  if (error === null && scores.length > 0) found.push(t('Scores: {0}', scores.join(', ')));
  return found;
}

/** With as many decimals as it takes to see that it is below. */
function belowText(quality: number, least: number): string {
  for (let decimals = 1; decimals < 6; decimals++)
    if (Number(quality.toFixed(decimals)) < least) return fixed(quality, decimals);
  return String(quality);
}

/** The reference; where there are several, all of them, a line each. */
function expectedOf({ references, unanswerable }: SampleDetail): string | null {
  if (references.length === 0) return unanswerable ? '' : null;
  return references.map(shown).join('\n');
}

const shown = ({ text, cut }: { text: string; cut: number | null }) =>
  text.length > TEXT ? `${text.slice(0, TEXT)}…` : cut === null ? text : `${text}…`;

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chrf } from '../../../src/core/metrics/chrf.ts';
import { rouge } from '../../../src/core/metrics/rouge.ts';
import { truthOf } from '../../../src/core/metrics/truth.ts';
import { pearson, spearman } from '../../../src/core/stats/correlation.ts';
import { readVectors } from './vectors.ts';

/** Whole data sets beside the repository; what the originals say of them is made by scripts/vectors/data_sets.py. */
const DATA = new URL('../../../../shared/data/', import.meta.url);
const present = existsSync(DATA);
const suffix = present ? '' : ' (SKIPPED: ../shared/data is not there)';

const METRICS = ['f1', 'exact', 'rouge1', 'rouge2', 'rougeL', 'chrf'] as const;
type Metric = (typeof METRICS)[number];
type Correlations = Record<'pearson' | 'spearman', number>;

interface Expected {
  squad: { questions: number; means: Record<Metric, number>[]; textsSha256: string; valuesSha256: string };
  sts: Record<'dev' | 'test', { pairs: number } & Record<'f1' | 'rouge1' | 'rougeL' | 'chrf', Correlations>>;
}

interface Squad {
  data: { paragraphs: { context: string; qas: { answers: { text: string; answer_start: number }[] }[] }[] }[];
}

const expected = readVectors<Expected>('data-sets.json');
const read = (path: string) => readFileSync(new URL(path, DATA), 'utf8');

function allValues(text: string, references: string[]): Record<Metric, number> {
  const truth = truthOf(text, references, false)!;
  return {
    ...truth,
    rouge1: rouge('rouge1', text, references)!,
    rouge2: rouge('rouge2', text, references)!,
    rougeL: rouge('rougeL', text, references)!,
    chrf: chrf(text, references)!,
  };
}

/** What five imaginary models answer to the k-th question; positions count code points. */
function predictions(answer: string, start: number, context: string[], k: number): string[] {
  const points = Array.from(answer);
  const shift = (37 * k) % context.length;
  return [
    points.slice(0, Math.floor((points.length + 1) / 2)),
    context.slice(Math.max(0, start - 7), start + points.length + 11),
    ['The ', answer.toUpperCase(), '.'],
    context.slice(shift, shift + 60),
    context.slice(0, 400),
  ].map((characters) => characters.join(''));
}

describe.skipIf(!present)(`whole data sets${suffix}`, () => {
  it('all 1,190 XQuAD questions: F1, exact match, ROUGE and chrF equal the originals', () => {
    const sums = expected.squad.means.map(() => Object.fromEntries(METRICS.map((m) => [m, 0])));
    const textHash = createHash('sha256');
    const valueHash = createHash('sha256');
    let k = 0;
    const { data } = JSON.parse(read('squad/xquad.en.json')) as Squad;
    for (const { context, qas } of data.flatMap((article) => article.paragraphs)) {
      const points = Array.from(context);
      for (const qa of qas) {
        const { text: answer, answer_start: start } = qa.answers[0]!;
        const end = start + Array.from(answer).length;
        const references = [answer, points.slice(Math.max(0, start - 20), end).join('')];
        predictions(answer, start, points, k).forEach((text, model) => {
          const values = allValues(text, references);
          textHash.update(`${text}\n`);
          for (const metric of METRICS) {
            sums[model]![metric]! += values[metric];
            valueHash.update(`${Math.floor(values[metric] * 1e6 + 0.5)}\n`);
          }
        });
        k++;
      }
    }
    expect(k).toBe(expected.squad.questions);
    // The predictions themselves are the same as in Python.
    expect(textHash.digest('hex')).toBe(expected.squad.textsSha256);
    expected.squad.means.forEach((means, model) => {
      for (const metric of METRICS) {
        expect(Math.abs(sums[model]![metric]! / k - means[metric]), `${metric} of model ${model}`).toBeLessThan(1e-9);
      }
    });
    // Each single value, to 1e-6.
    expect(valueHash.digest('hex')).toBe(expected.squad.valuesSha256);
  });

  it.each(['dev', 'test'] as const)('STS-B %s: correlations of the gold scores equal scipy', (split) => {
    const rows = read(`stsbenchmark/stsb-sts-${split}.csv`)
      .split('\n')
      .map((line) => line.replace(/\r$/, '').split('\t'))
      .filter((row) => row.length > 1);
    const { pairs, ...metrics } = expected.sts[split];
    expect(rows.length).toBe(pairs);
    const gold = rows.map((row) => Number(row[4]));
    const values = rows.map((row) => allValues(row[6]!, [row[5]!]));
    for (const [metric, correlations] of Object.entries(metrics)) {
      const column = values.map((v) => v[metric as Metric]);
      expect(Math.abs(pearson(gold, column)! - correlations.pearson), metric).toBeLessThan(1e-9);
      expect(Math.abs(spearman(gold, column)! - correlations.spearman), metric).toBeLessThan(1e-9);
    }
  });
});

import { duration, fixed } from '../../core/report/render/format.ts';
import type { FileResults, OutputDetail, SampleDetail } from '../../protocol/reader.ts';
import { fenced, inline } from './markdown.ts';
import type { Figures, Translate } from './score-text.ts';

/** Models and characters of a text that a hover shows; the panel has the rest. */
const MODELS = 5;
const TEXT = 700;
const REFERENCE = 300;

/**
 * What is shown of a sample: its reference, and by model the answer with its figures. Markdown; every text of a file or a
 * model is escaped or fenced.
 * @param figures orders the models
 * @param link a command link to the panel, made by us; null for none
 */
export function sampleHover(
  detail: SampleDetail,
  figures: Figures,
  notes: { when: string; edited: boolean; link: string | null },
  t: Translate,
): string {
  const head = [`**${inline(detail.id)}**`, ...(detail.task === null ? [] : [inline(detail.task)]), inline(notes.when)];
  const blocks = [head.join(' · ')];
  if (notes.edited) blocks.push(t('The sample was edited since.'));
  const [reference, ...others] = detail.references;
  if (reference !== undefined) {
    const more = others.length === 0 ? '' : ` ${t('(and {0} more)', others.length)}`;
    blocks.push(`${t('Reference')}${more}\n${fenced(reference.text, REFERENCE)}`);
  } else if (detail.unanswerable) blocks.push(t('No answer is the right answer.'));

  const order = figures.models.map((m) => m.model);
  const outputs = order.flatMap((model) => detail.outputs.filter((o) => o.model === model).slice(0, 1));
  for (const output of outputs.slice(0, MODELS)) {
    const repeats = detail.outputs.filter((o) => o.model === output.model).length;
    blocks.push(outputText(output, repeats, t));
  }
  if (outputs.length > MODELS) blocks.push(t('{0} more models in the panel.', outputs.length - MODELS));
  if (notes.link !== null) blocks.push(`[${t('Open in the panel')}](${notes.link})`);
  return blocks.join('\n\n');
}

function outputText(output: OutputDetail, repeats: number, t: Translate): string {
  const { quality, latencyMs, reward, text, error } = output;
  const figures = [
    `**${inline(output.model)}**`,
    ...(quality === null ? [] : [t('quality {0}', fixed(quality, 1))]),
    ...(latencyMs === null ? [] : [duration(latencyMs)]),
    ...(reward === null ? [] : [t('reward {0}', fixed(reward, 2))]),
    ...(output.reused ? [t('reused')] : []),
    ...(output.finish === 'length' ? [t('cut at the token limit')] : []),
    ...(repeats > 1 ? [t('first of {0}', repeats)] : []),
  ].join(' · ');
  const scores = output.scores.map((s) => `${inline(s.evaluator)} ${s.quality === null ? '–' : fixed(s.quality, 1)}`);
  const checks = output.checks.map((c) => `${c.pass ? '✓' : '✗'} ${inline(c.label)}`);
  const lines = [figures];
  if (scores.length > 0) lines.push(scores.join(' · '));
  if (checks.length > 0) lines.push(checks.join(' · '));
  if (error !== null) lines.push(`${t('No answer:')} ${inline(error, TEXT)}`);
  // Two spaces end a line of Markdown.
  return `${lines.join('  \n')}${text === null ? '' : `\n${fenced(withCut(text), TEXT)}`}`;
}

const withCut = ({ text, cut: full }: { text: string; cut: number | null }) => (full === null ? text : `${text}…`);

/** What is shown of a whole prompt: the models' means over its rows, best first. */
export function fileHover(results: FileResults, when: string, link: string | null, t: Translate): string {
  const cells = (row: string[]) => `| ${row.join(' | ')} |`;
  const lines = [
    `**${t('Last run')}** · ${inline(when)}`,
    '',
    cells([t('model'), t('samples'), t('quality'), t('latency'), t('reward')]),
    cells(['---', '--:', '--:', '--:', '--:']),
    ...results.models.map((m) =>
      cells([inline(m.model), String(m.samples), fixed(m.quality, 2), duration(m.latencyMs), fixed(m.reward, 2)]),
    ),
  ];
  if (link !== null) lines.push('', `[${t('Open in the panel')}](${link})`);
  return lines.join('\n');
}

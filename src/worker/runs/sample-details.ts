import { setImmediate as breathe } from 'node:timers/promises';
import { ABSENT } from '../../core/report/table.ts';
import type { GenerationRow, Sample, ScoreRow } from '../../core/types.ts';
import type { DetailText, OutputDetail, SampleDetail } from '../../protocol/reader.ts';
import { RowReader } from './row-reader.ts';
import type { RunIndex } from './run-index.ts';

const LONGEST_TEXT = 20_000;

/** Texts and scores of samples by their ids, in their order; unknown ids are left out. */
export async function readDetails(index: RunIndex, ids: readonly string[]): Promise<SampleDetail[]> {
  const rows = new RowReader(index.folder.path);
  try {
    const details: SampleDetail[] = [];
    for (const id of ids) {
      const sample = index.sampleIndexOf(id);
      if (sample === undefined) continue;
      details.push(detailOf(index, sample, rows));
      await breathe();
    }
    return details;
  } finally {
    rows.close();
  }
}

function detailOf(index: RunIndex, sample: number, rows: RowReader): SampleDetail {
  const { id, task, group, tags, messages, references, unanswerable, source } = rows.read<Sample>(
    'samples.jsonl',
    index.samplePlaces[sample]!,
  );
  const { table, outcomes } = index;
  const outputs: OutputDetail[] = [];
  for (let model = 0; model < table.models.length; model++) {
    for (let repeat = 0; repeat < table.repeats; repeat++) {
      const place = table.place(sample, model, repeat);
      const line = index.generationPlaces.get(place);
      if (table.state[place] === ABSENT || !line) continue;
      const row = rows.read<GenerationRow>('generations.jsonl', line);
      outputs.push({
        ...outputOf(index, place, row, rows),
        quality: outcomes.qualityOf(sample, model, repeat),
        reward: outcomes.rewardOf(sample, model, repeat),
      });
    }
  }
  return {
    id,
    task,
    group,
    tags,
    messages: messages.map(({ role, content }) => ({ role, ...cut(content) })),
    references: references.map(cut),
    unanswerable,
    source,
    outputs,
  };
}

function outputOf(
  { table, scorePlaces, checks }: RunIndex,
  place: number,
  row: GenerationRow,
  rows: RowReader,
): Omit<OutputDetail, 'quality' | 'reward'> {
  const f1 = table.numbers.f1[place]!;
  return {
    model: row.model,
    repeat: row.repeat,
    text: row.text === undefined ? null : cut(row.text),
    error: row.text === undefined ? (row.error ?? 'failed') : null,
    truthF1: Number.isNaN(f1) ? null : f1,
    latencyMs: row.latencyMs,
    ttftMs: row.ttftMs,
    inputTokens: row.inputTokens,
    outputTokens: row.outputTokens,
    device: row.device,
    reused: row.reused,
    finish: row.finish ?? null,
    scores: table.evaluators.flatMap((evaluator, i) => {
      const line = scorePlaces.get(place * table.evaluators.length + i);
      if (!line) return [];
      const score = rows.read<ScoreRow>('scores.jsonl', line);
      return [
        {
          evaluator,
          raw: score.raw,
          quality: score.quality ?? null,
          error: score.error ?? null,
          compared: score.compared ?? null,
        },
      ];
    }),
    checks: checks.of(place),
  };
}

function cut(text: string): DetailText {
  if (text.length <= LONGEST_TEXT) return { text, cut: null };
  // Not in the middle of a surrogate pair.
  const end = (text.charCodeAt(LONGEST_TEXT - 1) & 0xfc00) === 0xd800 ? LONGEST_TEXT - 1 : LONGEST_TEXT;
  return { text: text.slice(0, end), cut: text.length };
}

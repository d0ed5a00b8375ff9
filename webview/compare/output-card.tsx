import { memo } from 'preact/compat';
import { useMemo } from 'preact/hooks';
import { count, counted, digits3, duration, quality } from '../../src/core/report/render/format.ts';
import type { OutputDetail } from '../../src/protocol/reader.ts';
import { type Differences, differences } from './differences.ts';
import { LongText, PlainText } from './text.tsx';

interface OutputProps {
  output: OutputDetail;
  /** With what the text is compared, word by word; the nearest counts. Null: with nothing. */
  references: string[] | null;
  /** Several answers of one model to one sample. */
  repeats: boolean;
}

/** One answer: its text, what it got and what it took. */
export const OutputCard = memo(function OutputCard({ output, references, repeats }: OutputProps) {
  const { text, error } = output;
  const compared = useMemo(
    () => (text === null || references === null ? null : differences(text.text, references)),
    [text, references],
  );
  return (
    <article class="cmp-output">
      <p class="cmp-figures">
        {repeats && <span class="dim">Repeat {output.repeat + 1}</span>}
        {error === null && (
          <span>
            Quality <b>{quality(output.quality)}</b>
          </span>
        )}
        {output.truthF1 !== null && <span class="dim small">truth F1 {quality(output.truthF1)}</span>}
        {output.reward !== null && <span class="dim small">reward {digits3(output.reward)}</span>}
      </p>
      {error !== null && (
        <div class="cmp-failed">
          <span class="badge bad">Failed</span>{' '}
          <span dir="auto" class="text">
            <PlainText text={error} />
          </span>
        </div>
      )}
      {text !== null && <LongText text={text} compared={compared?.parts ?? null} empty="Empty answer" />}
      {compared && <ComparedWith compared={compared} of={references!.length} />}
      <Badges output={output} />
      {output.scores.length > 0 && <Scores output={output} />}
      {output.checks.length > 0 && (
        <ul class="cmp-checks" aria-label="Checks">
          {output.checks.map((check, i) => (
            <li key={i} class={check.pass ? 'good' : 'bad'}>
              {check.pass ? '✓ passed: ' : '✗ failed: '}
              <bdi>
                <PlainText text={check.label} />
              </bdi>
            </li>
          ))}
        </ul>
      )}
      <p class="cmp-meta dim">{measures(output).join(' · ')}</p>
    </article>
  );
});

function ComparedWith({ compared, of }: { compared: Differences; of: number }) {
  const which = of > 1 ? `Compared with number ${compared.reference + 1} of ${of}. ` : '';
  const why = compared.parts === null ? 'Too long, or too different, to mark each word.' : '';
  return which + why === '' ? null : <p class="dim small">{which + why}</p>;
}

function Badges({ output }: { output: OutputDetail }) {
  if (!output.reused && output.finish !== 'length') return null;
  return (
    <p>
      {output.finish === 'length' && (
        <span class="badge warn" title="The answer ended because it reached the limit of tokens, not by itself.">
          cut at the token limit
        </span>
      )}{' '}
      {output.reused && (
        <span
          class="badge"
          title="Taken from an earlier run. Its latency is the one measured then; latency figures of this run leave it out."
        >
          reused
        </span>
      )}
    </p>
  );
}

function Scores({ output }: { output: OutputDetail }) {
  return (
    <dl class="cmp-scores" aria-label="Scores of the evaluators">
      {output.scores.map((score) => (
        <div key={score.evaluator}>
          <dt>
            <bdi>
              <PlainText text={score.evaluator} />
            </bdi>
            {score.compared === 'prompt' && <span class="dim"> (with the prompt)</span>}
          </dt>
          {score.error === null ? (
            <dd title={score.raw === null ? undefined : `Raw value ${score.raw}`}>
              {score.quality === null ? <span class="dim">none</span> : quality(score.quality)}
            </dd>
          ) : (
            <dd class="bad">
              failed: <PlainText text={score.error} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

function measures(output: OutputDetail): string[] {
  const { latencyMs, ttftMs, inputTokens, outputTokens, device } = output;
  return [
    ...(latencyMs === null ? ['latency unknown'] : [duration(latencyMs)]),
    ...(ttftMs === null ? [] : [`first token ${duration(ttftMs)}`]),
    ...(outputTokens === null ? [] : [counted(outputTokens, 'token')]),
    ...(inputTokens === null ? [] : [`${count(inputTokens)} in the prompt`]),
    ...(device === null ? [] : [device]),
  ];
}

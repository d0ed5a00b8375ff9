import type { ComponentChildren } from 'preact';
import { memo } from 'preact/compat';
import type { RunRows } from '../../src/core/report/rows.ts';
import type { SampleDetail as Sample } from '../../src/protocol/reader.ts';
import { ABSENT, cellOf } from './figures.ts';
import { ModelName } from './model-name.tsx';
import { OutputCard } from './output-card.tsx';
import type { CompareState } from './state.ts';
import { LongText, PlainText } from './text.tsx';

interface DetailProps {
  sample: Sample;
  rows: RunRows;
  /** Index of the sample in the rows. */
  index: number;
  /** Indexes of the models whose answers are shown. */
  models: number[];
  live: boolean;
  diff: CompareState['diff'];
  promptOpen: boolean;
  onPromptOpen(open: boolean): void;
}

/** A sample's references and prompt, and beside them every chosen model's answer. */
export const SampleDetail = memo(function SampleDetail(props: DetailProps) {
  const { sample, rows, models } = props;
  return (
    <div class="cmp-columns" style={{ '--answers': models.length }}>
      <section class="cmp-column first" aria-label="Reference and prompt">
        <References sample={sample} />
        <details open={props.promptOpen} onToggle={(event) => props.onPromptOpen(event.currentTarget.open)}>
          <summary>Prompt</summary>
          {sample.messages.map((message, i) => (
            <div key={i} class="cmp-message">
              <h4>{message.role}</h4>
              <LongText text={message} compared={null} empty="Empty message" />
            </div>
          ))}
        </details>
      </section>
      {models.map((model) => (
        <section key={rows.models[model]} class="cmp-column" aria-label={`Answer of ${rows.models[model]}`}>
          <h3>
            <ModelName models={rows.models} id={rows.models[model]!} />
          </h3>
          <Answers {...props} model={model} />
        </section>
      ))}
    </div>
  );
});

function References({ sample }: { sample: Sample }) {
  const several = sample.references.length > 1;
  return (
    <>
      <h3 class="dim">{several ? `${sample.references.length} references` : 'Reference'}</h3>
      {sample.references.map((reference, i) => (
        <Numbered key={i} number={several ? i + 1 : null}>
          <LongText text={reference} compared={null} empty="Empty reference" />
        </Numbered>
      ))}
      {sample.unanswerable && <p class="dim">The question has no answer: the empty answer is right.</p>}
      {sample.references.length === 0 && !sample.unanswerable && <p class="dim">The prompt file has none.</p>}
    </>
  );
}

function Numbered({ number, children }: { number: number | null; children: ComponentChildren }) {
  if (number === null) return <>{children}</>;
  return (
    <div class="cmp-numbered">
      <span class="dim">{number}</span>
      <div>{children}</div>
    </div>
  );
}

function Answers({ sample, rows, index, model, live, diff }: DetailProps & { model: number }) {
  const id = rows.models[model]!;
  const outputs = sample.outputs.filter((output) => output.model === id);
  if (outputs.length === 0) {
    const known = cellOf(rows, index, model).state !== ABSENT;
    return <p class="dim">{known ? 'Loading …' : live ? 'Not answered yet' : 'No answer in this run'}</p>;
  }
  const references = comparedWith(sample, id, diff);
  return (
    <>
      {outputs.map((output) => (
        <OutputCard key={output.repeat} output={output} references={references} repeats={outputs.length > 1} />
      ))}
    </>
  );
}

const lists = new WeakMap<Sample, Map<string, string[] | null>>();

/** The same list for the same question, so that answers are compared once. */
function comparedWith(sample: Sample, model: string, diff: CompareState['diff']): string[] | null {
  if (diff.to === 'nothing' || (diff.to === 'model' && diff.model === model)) return null;
  const known = lists.get(sample) ?? new Map<string, string[] | null>();
  lists.set(sample, known);
  const key = diff.to === 'model' ? `model ${diff.model}` : 'reference';
  const found = known.get(key);
  if (found !== undefined) return found;
  const texts =
    diff.to === 'reference'
      ? sample.references.map((reference) => reference.text)
      : sample.outputs.filter((o) => o.model === diff.model && o.text !== null).map((o) => o.text!.text);
  const list = texts.length === 0 ? null : texts;
  known.set(key, list);
  return list;
}

/** Where the sample comes from and what it is tagged with. */
export function SampleFacts({ sample }: { sample: Sample }) {
  const facts = [sample.task, sample.group === null ? null : `group ${sample.group}`, ...sample.tags].filter(
    (fact) => fact !== null,
  );
  return (
    <>
      {facts.map((fact, i) => (
        <span key={i} class="badge">
          <bdi>
            <PlainText text={fact} />
          </bdi>
        </span>
      ))}
    </>
  );
}

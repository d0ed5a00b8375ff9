import { useState } from 'preact/hooks';
import { count } from '../../src/core/report/render/format.ts';
import { clip, parts } from '../../src/core/report/render/visible.ts';
import type { DiffPart } from '../../src/core/report/word-diff.ts';
import type { DetailText } from '../../src/protocol/reader.ts';

/** Characters of a text that are shown before somebody asks for the rest. */
const FIRST_SHOWN = 3000;

/** A text that somebody or a model wrote: shown as it is, characters that would be invisible as marked escapes. */
export function PlainText({ text }: { text: string }) {
  return (
    <>
      {parts(text).map((part, i) =>
        part.hidden ? (
          <span key={i} class="hidden-char">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </>
  );
}

/** A whole text, or what was made of it by a comparison, with a button for the rest where it is long. */
export function LongText({ text, compared, empty }: { text: DetailText; compared: DiffPart[] | null; empty: string }) {
  const [all, setAll] = useState(false);
  const shown = compared ?? [{ text: text.text, kind: 'same' as const }];
  const length = shown.reduce((sum, segment) => sum + segment.text.length, 0);
  return (
    <>
      {text.text === '' && <p class="dim">{empty}</p>}
      {length > 0 && (
        <div class="text" dir="auto">
          {(all ? shown : clipped(shown)).map((segment, i) => (
            <Part key={i} {...segment} />
          ))}
          {!all && length > FIRST_SHOWN && '…'}
        </div>
      )}
      {length > FIRST_SHOWN && (
        <button type="button" class="link" onClick={() => setAll(!all)}>
          {all ? 'Show less' : `Show all ${count(length)} characters`}
        </button>
      )}
      {text.cut !== null && (
        <p class="dim">
          The first {count(text.text.length)} of {count(text.cut)} characters; the run's folder has them all.
        </p>
      )}
    </>
  );
}

function Part({ text, kind }: DiffPart) {
  if (kind === 'added')
    return (
      <ins>
        <PlainText text={text} />
      </ins>
    );
  if (kind === 'removed')
    // With a direction of its own, so that the answer's alone sets that of the text around it.
    return (
      <del dir="auto">
        <PlainText text={text} />
      </del>
    );
  return <PlainText text={text} />;
}

function clipped(compared: DiffPart[]): DiffPart[] {
  const kept: DiffPart[] = [];
  let room = FIRST_SHOWN;
  for (const segment of compared) {
    if (room <= 0) break;
    kept.push({ ...segment, text: clip(segment.text, room).text });
    room -= segment.text.length;
  }
  return kept;
}

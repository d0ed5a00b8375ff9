import type { MarkOf } from './charts/marks.ts';
import { swatch } from './charts/marks.ts';
import type { Column } from './columns.ts';
import { count, duration, quality } from './format.ts';
import type { ReportOutput, ReportSample } from './input.ts';
import { type Markup, markup, output } from './markup.ts';
import { clip, ellipsis, oneLine } from './visible.ts';

/** Longest prompt or answer that is shown, in UTF-16 units. */
const LONGEST_TEXT = 4000;
const LONGEST_SUMMARY = 110;

/** A table that scrolls by itself where the page is too narrow. `rowMarks` puts a model's mark before its name. */
export function htmlTable<Row>(
  caption: string,
  columns: Column<Row>[],
  rows: Row[],
  rowMark?: (row: Row) => Markup,
  small = false,
): Markup {
  const head = columns.map((c) => markup`<th scope="col"${c.numeric && markup` class="num"`}>${c.title}</th>`);
  // The name of a row, wherever it stands, is the row's header.
  const named = columns.findIndex((c) => !c.numeric);
  const body = rows.map((row) => {
    const cells = columns.map((c, i) => {
      const { text, aside, tone } = c.cell(row);
      const figure =
        tone === 'strong' ? markup`<b>${text}</b>` : tone ? markup`<span class="${tone}">${text}</span>` : text;
      const beside = aside ? markup` <span class="aside">${aside}</span>` : '';
      if (i === named) return markup`<th scope="row" title="${text}">${rowMark?.(row)}<bdi>${figure}</bdi></th>`;
      return markup`<td${c.numeric && markup` class="num"`}>${figure}${beside}</td>`;
    });
    return markup`<tr>${cells}</tr>`;
  });
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table${small && markup` class="small"`}><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

export function figureOf(title: string, chart: Markup, wide = false): Markup {
  return markup`<figure${wide && markup` class="wide"`}><figcaption>${title}</figcaption><div class="scroll" role="region" aria-label="${title}" tabindex="0">${chart}</div></figure>`;
}

export function list(items: string[]): Markup | null {
  return items.length === 0 ? null : markup`<ul class="notes">${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}

/** A text of unknown origin and length, as it is but for what would be invisible. */
function words(text: string): Markup {
  if (text === '') return markup`<p class="dim">(empty)</p>`;
  const shown = clip(text, LONGEST_TEXT);
  const note =
    shown.clipped && markup`<p class="dim">The first ${count(shown.text.length)} of ${count(shown.of)} characters.</p>`;
  return markup`<pre dir="auto">${output(shown.text)}</pre>${note}`;
}

function outputCell(answer: ReportOutput, marks: MarkOf): Markup {
  const figures = [
    answer.latencyMs === null ? '' : duration(answer.latencyMs),
    answer.truthF1 === null ? '' : `F1 ${quality(answer.truthF1)}`,
    ...(answer.scores ?? []).map((s) => `${s.evaluator} ${quality(s.quality)}`),
  ].filter(Boolean);
  const checks = (answer.checks ?? []).map((c) =>
    c.pass
      ? markup`<div class="aside">check passed: ${c.label}</div>`
      : markup`<div class="aside bad">check failed: ${c.label}</div>`,
  );
  const body =
    answer.error === undefined ? words(answer.text ?? '') : markup`<p class="bad">failed</p>${words(answer.error)}`;
  const score = answer.error === undefined ? ` · ${quality(answer.quality)}` : '';
  return markup`<div><h3>${swatch(marks(answer.model))}<bdi>${answer.model}</bdi>${score}</h3>${body}<div class="aside">${figures.join(' · ')}</div>${checks}</div>`;
}

/** A sample that opens to its prompt, its references and what every model answered, side by side. */
export function sampleDetails(sample: ReportSample, marks: MarkOf, open: boolean): Markup {
  const question = ellipsis(oneLine(clip(sample.prompt, 4 * LONGEST_SUMMARY).text), LONGEST_SUMMARY);
  const facts = [sample.task, sample.source].filter((fact) => fact !== null && fact !== '').join(' · ');
  const references =
    sample.references.length > 0 &&
    markup`<div><h3 class="dim">${sample.references.length > 1 ? 'references' : 'reference'}</h3>${sample.references.map(words)}</div>`;
  return markup`<details${open && markup` open`}><summary><b><bdi>${sample.id}</bdi></b> <bdi>“${question}”</bdi> <span class="dim">${facts}</span></summary><div class="outputs"><div><h3 class="dim">prompt</h3>${words(sample.prompt)}</div>${references}</div><div class="outputs">${sample.outputs.map((o) => outputCell(o, marks))}</div></details>`;
}

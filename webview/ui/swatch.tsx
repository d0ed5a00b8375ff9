import { type MarkOf, swatch } from '../../src/core/report/render/charts/marks.ts';
import { SvgMarkup } from './svg-markup.tsx';

/** The mark of a model, beside its name. */
export function Swatch({ id, marks }: { id: string; marks: MarkOf }) {
  return <SvgMarkup class="swatch" markup={swatch(marks(id))} />;
}

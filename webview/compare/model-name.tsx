import { useMemo } from 'preact/hooks';
import { marksFor, swatch } from '../../src/core/report/render/charts/marks.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';

/** A model's mark and name; `models` in the order that fixes the marks. */
export function ModelName({ models, id }: { models: string[]; id: string }) {
  const mark = useMemo(() => swatch(marksFor(models)(id)).text, [models, id]);
  return (
    <span class="model-name" title={oneLine(id)}>
      {/* Made by the charts' own markup, of nothing but numbers. */}
      <span aria-hidden="true" dangerouslySetInnerHTML={{ __html: mark }} />
      <bdi>{oneLine(id)}</bdi>
    </span>
  );
}

import { memo } from 'preact/compat';
import { useMemo } from 'preact/hooks';
import { marksFor } from '../../src/core/report/render/charts/marks.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import { Swatch } from '../ui/swatch.tsx';

/** A model's mark and name; `models` in the order that fixes the marks. */
export const ModelName = memo(function ModelName({ models, id }: { models: string[]; id: string }) {
  const marks = useMemo(() => marksFor(models), [models]);
  return (
    <span class="model-name" title={oneLine(id)}>
      <Swatch id={id} marks={marks} />
      <bdi>{oneLine(id)}</bdi>
    </span>
  );
});

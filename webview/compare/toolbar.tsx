import { useMemo } from 'preact/hooks';
import { count, counted } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import { copy } from '../actions.ts';
import { Select } from './controls.tsx';
import { samplesAsCsv, samplesAsMarkdown } from './copy.ts';
import { ModelChips } from './model-chips.tsx';
import type { CompareSort, CompareState } from './state.ts';

const SORT_NAMES: Record<CompareSort, string> = {
  file: 'order in the files',
  disagreement: 'largest disagreement',
  lowest: 'lowest quality',
  latency: 'slowest',
  truth: 'lowest truth',
};
const SORT_OPTIONS = Object.entries(SORT_NAMES).map(([value, text]) => ({ value, text }));

interface ToolbarProps {
  rows: RunRows;
  order: Uint32Array;
  /** Indexes of the models that are shown. */
  models: number[];
  sort: CompareSort;
  diff: CompareState['diff'];
  onChange(patch: Partial<CompareState>): void;
}

/** How many samples there are, how they are sorted, and whose answers are shown and how. */
export function Toolbar({ rows, order, models, sort, diff, onChange }: ToolbarProps) {
  const all = rows.samples.length;
  return (
    <div class="cmp-bar">
      <b class="cmp-count">
        {order.length === all ? counted(all, 'sample') : `${count(order.length)} of ${counted(all, 'sample')}`}
      </b>
      <Select
        label="Sort by"
        value={sort}
        options={SORT_OPTIONS}
        onChange={(value) => onChange({ sort: value as CompareSort })}
      />
      <DiffChoice models={rows.models} diff={diff} onChange={(next) => onChange({ diff: next })} />
      <ModelChips
        models={rows.models}
        chosen={models}
        onChange={(chosen) =>
          onChange({ models: chosen.length === rows.models.length ? null : chosen.map((m) => rows.models[m]!) })
        }
      />
    </div>
  );
}

/** The list for the clipboard. */
export function CopyTools({ rows, order, models }: Pick<ToolbarProps, 'rows' | 'order' | 'models'>) {
  return (
    <div class="tools">
      <button
        type="button"
        title="The samples of the list as a Markdown table"
        onClick={() => copy(samplesAsMarkdown(rows, order, models), 'Table')}
      >
        Copy Markdown
      </button>
      <button
        type="button"
        title="The samples of the list as CSV, with all digits"
        onClick={() => copy(samplesAsCsv(rows, order, models), 'Table')}
      >
        Copy CSV
      </button>
    </div>
  );
}

interface DiffChoiceProps {
  models: string[];
  diff: CompareState['diff'];
  onChange(diff: CompareState['diff']): void;
}

function DiffChoice({ models, diff, onChange }: DiffChoiceProps) {
  const options = useMemo(
    () => [
      { value: 'reference', text: 'from the reference' },
      ...(models.length > 1 ? models.map((id, i) => ({ value: String(i), text: `from ${oneLine(id)}` })) : []),
      { value: 'nothing', text: 'not marked' },
    ],
    [models],
  );
  const choose = (value: string) =>
    onChange(
      value === 'reference' || value === 'nothing'
        ? { to: value, model: null }
        : { to: 'model', model: models[Number(value)]! },
    );
  return (
    <Select
      label="Differences"
      value={diff.to === 'model' ? String(models.indexOf(diff.model!)) : diff.to}
      options={options}
      onChange={choose}
    />
  );
}

import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { ellipsis, oneLine } from '../../src/core/report/render/visible.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import { Button, Checkbox, TextField } from '../components.ts';
import { Select, Slider } from './controls.tsx';
import { activeFilters, type CompareFilters, NO_FILTERS } from './state.ts';

interface FiltersProps {
  rows: RunRows;
  filters: CompareFilters;
  onChange(filters: CompareFilters): void;
}

/** Below this width in pixels the filters begin folded. */
const WIDE = 700;

/** Which samples are listed. Filters that the run has nothing for are left out. */
export function Filters({ rows, filters, onChange }: FiltersProps) {
  const [open, setOpen] = useState(window.innerWidth >= WIDE);
  const active = activeFilters(filters);
  const set = (patch: Partial<CompareFilters>) => onChange({ ...filters, ...patch });
  return (
    <details class="cmp-filters" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Filters{active > 0 && ` (${active} set)`}</summary>
      <fieldset class="cmp-bar" aria-label="Filters">
        <TextField
          label="Part of the sample's id"
          placeholder="Part of the id"
          value={filters.text}
          onInput={(text) => set({ text })}
        />
        <Choice name="task" label="Task" all="all" values={rows.tasks} filters={filters} onChange={onChange} />
        <Choice name="tag" label="Tag" all="any" values={rows.tags} filters={filters} onChange={onChange} />
        <Choice name="file" label="File" all="all" values={rows.files} filters={filters} onChange={onChange} />
        <Choice name="model" label="Model" all="any" values={rows.models} filters={filters} onChange={onChange} />
        <Checkbox checked={filters.errors} onChange={(errors) => set({ errors })}>
          Errors
        </Checkbox>
        <Checkbox checked={filters.failedChecks} onChange={(failedChecks) => set({ failedChecks })}>
          Failed checks
        </Checkbox>
        {rows.models.length > 1 && (
          <Slider
            label="Disagreement at least"
            value={filters.minDisagreement}
            off={NO_FILTERS.minDisagreement}
            onInput={(minDisagreement) => set({ minDisagreement })}
          />
        )}
        <Slider
          label="Lowest quality at most"
          value={filters.maxQuality}
          off={NO_FILTERS.maxQuality}
          onInput={(maxQuality) => set({ maxQuality })}
        />
        {active > 0 && <Button onClick={() => onChange(NO_FILTERS)}>Reset filters</Button>}
      </fieldset>
    </details>
  );
}

interface ChoiceProps extends Omit<FiltersProps, 'rows'> {
  name: 'task' | 'tag' | 'file' | 'model';
  label: string;
  /** What stands for no filter. */
  all: string;
  values: string[];
}

const ALL = 'all';
const LONGEST_OPTION = 60;

function Choice({ name, label, all, values, filters, onChange }: ChoiceProps) {
  const options = useMemo(
    () => [
      { value: ALL, text: all },
      ...values.map((value, i) => ({ value: String(i), text: ellipsis(oneLine(value), LONGEST_OPTION) })),
    ],
    [values, all],
  );
  // Always the same function: thousands of options are not drawn again for every move of a slider.
  const choose = useRef<(value: string) => void>(() => {});
  choose.current = (value) => onChange({ ...filters, [name]: value === ALL ? null : values[Number(value)]! });
  const chooseLatest = useCallback((value: string) => choose.current(value), []);
  // A run without tags, or with one task, has nothing to choose.
  if (values.length < (name === 'tag' ? 1 : 2)) return null;
  const chosen = filters[name];
  return (
    <Select
      label={label}
      value={chosen === null ? ALL : String(values.indexOf(chosen))}
      options={options}
      onChange={chooseLatest}
    />
  );
}

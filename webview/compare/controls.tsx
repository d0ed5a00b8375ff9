import { memo } from 'preact/compat';
import { useId } from 'preact/hooks';

/** Small form controls of the Compare tab. The browser's own: lists of thousands of tags or files stay light in them. */

interface SelectProps {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  onChange(value: string): void;
}

export const Select = memo(function Select({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <span class="cmp-field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </span>
  );
});

interface SliderProps {
  label: string;
  /** In [0, 10]. */
  value: number;
  /** The value that leaves the filter out, and what is said then. */
  off: number;
  onInput(value: number): void;
}

/** A threshold on the scale of quality. */
export function Slider({ label, value, off, onInput }: SliderProps) {
  const id = useId();
  const text = value === off ? 'any' : value.toFixed(1);
  return (
    <span class="cmp-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={10}
        step={0.1}
        value={value}
        aria-valuetext={text}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
      <output for={id} class="cmp-value">
        {text}
      </output>
    </span>
  );
}

import { ModelName } from './model-name.tsx';

interface ChipsProps {
  models: string[];
  /** Indexes of those that are shown. */
  chosen: number[];
  onChange(chosen: number[]): void;
}

/** Which models' answers are shown. The last one stays. */
export function ModelChips({ models, chosen, onChange }: ChipsProps) {
  if (models.length < 2) return null;
  const toggle = (model: number) => {
    const next = chosen.includes(model) ? chosen.filter((m) => m !== model) : [...chosen, model].sort((a, b) => a - b);
    if (next.length > 0) onChange(next);
  };
  return (
    <fieldset class="cmp-chips" aria-label="Models that are shown">
      {models.map((id, model) => (
        <button key={id} type="button" class="chip" aria-pressed={chosen.includes(model)} onClick={() => toggle(model)}>
          <ModelName models={models} id={id} />
        </button>
      ))}
    </fieldset>
  );
}

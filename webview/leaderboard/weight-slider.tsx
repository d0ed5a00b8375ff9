import { useEffect, useState } from 'preact/hooks';
import type { MarkOf } from '../../src/core/report/render/charts/marks.ts';
import { plain } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { WinnerInterval } from '../../src/core/report/winners.ts';
import { Swatch } from '../ui/swatch.tsx';

interface WeightSliderProps {
  name: 'alpha' | 'beta';
  symbol: 'α' | 'β';
  /** What it weighs. */
  title: string;
  value: number;
  /** The config's own. */
  original: number;
  /** Who wins at which value of this weight, the other one as it is. */
  winners: WinnerInterval[];
  marks: MarkOf;
  onChange(value: number): void;
}

/** The range that is open at first; what is typed beyond makes it longer. */
const USUAL_END = 2;

/** One weight as a slider and a number, with a strip of who wins where, and where that changes as text. */
export function WeightSlider({ name, symbol, title, value, original, winners, marks, onChange }: WeightSliderProps) {
  const [end, setEnd] = useState(USUAL_END);
  // A range that followed the value down again would move under the hand.
  useEffect(() => {
    if (value > end) setEnd(roundedUp(value));
  }, [value, end]);
  const shownEnd = Math.max(end, value);
  return (
    <div class="weight">
      <label for={name}>
        {title} {symbol}
      </label>
      <div class="track">
        <input
          id={name}
          type="range"
          min={0}
          max={shownEnd}
          step={0.01}
          value={value}
          onInput={(event) => onChange(Number(event.currentTarget.value))}
        />
        <Strip winners={winners} end={shownEnd} value={value} marks={marks} />
        <Flips winners={winners} symbol={symbol} marks={marks} onChange={onChange} />
      </div>
      <div class="exact">
        <input
          class="number"
          type="number"
          aria-label={`${title} ${symbol} as a number`}
          min={0}
          step={0.05}
          value={Number(value.toPrecision(6))}
          onInput={(event) => {
            const typed = event.currentTarget.valueAsNumber;
            if (Number.isFinite(typed) && typed >= 0) onChange(typed);
          }}
        />
        <button
          type="button"
          class="link reset"
          hidden={value === original}
          aria-label={`Reset to ${plain(original)}: ${symbol} as the run was made with`}
          onClick={() => onChange(original)}
        >
          Reset to {plain(original)}
        </button>
      </div>
    </div>
  );
}

/** The next of 1, 2, 5 times a power of ten. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

interface StripProps {
  winners: WinnerInterval[];
  end: number;
  value: number;
  marks: MarkOf;
}

/** Drawn by CSSOM alone; the text below says the same. */
function Strip({ winners, end, value, marks }: StripProps) {
  if (winners.length === 0) return null;
  return (
    <div class="strip" aria-hidden="true">
      {winners
        .filter(({ from }) => from < end)
        .map(({ from, to, model }) => (
          <span
            key={from}
            class={`part ${marks(model).colour}`}
            style={{ left: `${(100 * from) / end}%`, width: `${(100 * (Math.min(to ?? end, end) - from)) / end}%` }}
          />
        ))}
      <span class="now" style={{ left: `${(100 * value) / end}%` }} />
    </div>
  );
}

/** `large wins up to 0.12 · medium from 0.12 to 1.29 · small beyond 1.29`, each number a place to go to. */
function Flips({
  winners,
  symbol,
  marks,
  onChange,
}: Omit<StripProps, 'end' | 'value'> & Pick<WeightSliderProps, 'symbol' | 'onChange'>) {
  if (winners.length === 0) return null;
  const flip = (at: number) => (
    <button
      type="button"
      class="link"
      aria-label={`Set ${symbol} to ${plain(at)}, where the winner changes`}
      onClick={() => onChange(at)}
    >
      {plain(at)}
    </button>
  );
  return (
    <p class="flips dim">
      {winners.map(({ from, to, model }, i) => (
        <span key={from}>
          <Swatch id={model} marks={marks} />
          {oneLine(model)} {words(i, to, symbol)} {i > 0 && flip(from)}
          {i > 0 && to !== null && ' to '}
          {i === 0 && to !== null && flip(to)}
          {i > 0 && to !== null && plain(to)}
        </span>
      ))}
    </p>
  );
}

function words(i: number, to: number | null, symbol: string): string {
  if (i === 0) return to === null ? `wins at every ${symbol}` : `wins up to ${symbol}`;
  return to === null ? 'beyond' : 'from';
}

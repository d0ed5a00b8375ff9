import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { count } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import { Button } from '../components.ts';
import { Failure } from '../ui/states.tsx';
import { placeOf } from './figures.ts';
import type { SampleCache } from './sample-cache.ts';
import { SampleDetail, SampleFacts } from './sample-detail.tsx';
import type { CompareState } from './state.ts';

interface PaneProps {
  pane: RefObject<HTMLElement>;
  rows: RunRows;
  /** Index of the sample in the rows. */
  index: number;
  /** Where it stands in the list, from 0; -1 where the filters leave it out. */
  position: number;
  /** Samples in the list. */
  listed: number;
  models: number[];
  live: boolean;
  cache: SampleCache;
  diff: CompareState['diff'];
  promptOpen: boolean;
  actions: {
    /** To a neighbour in the list. */
    step(by: number): void;
    /** Back to the list. */
    back(): void;
    reveal(): void;
    copy(): void;
  };
  onPromptOpen(open: boolean): void;
}

/** The selected sample: what can be done with it, and its texts. */
export function DetailPane(props: PaneProps) {
  const { pane, rows, index, position, listed, cache, actions } = props;
  const id = rows.samples[index]!;
  const known = cache.get(id);
  const sample = known === 'unknown' ? undefined : known;
  const place = placeOf(rows, index);

  useEffect(() => {
    if (pane.current) pane.current.scrollTop = 0;
  }, [id]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = { j: () => actions.step(1), k: () => actions.step(-1), Escape: actions.back }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  return (
    <section
      ref={pane}
      class="cmp-detail"
      aria-label={`Sample ${oneLine(id)}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and Enter in the list leads here
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <header class="cmp-title">
        <h2 title={oneLine(id)}>
          <bdi>{oneLine(id)}</bdi>
        </h2>
        {sample && <SampleFacts sample={sample} />}
        <span class="dim">
          {position < 0 ? 'no longer matches the filters' : `${count(position + 1)} of ${count(listed)}`}
        </span>
        <span class="buttons">
          <Button
            label="Previous sample"
            title="Previous sample (k)"
            disabled={position <= 0}
            onClick={() => actions.step(-1)}
          >
            ↑
          </Button>
          <Button
            label="Next sample"
            title="Next sample (j)"
            disabled={position + 1 >= listed}
            onClick={() => actions.step(1)}
          >
            ↓
          </Button>
          <Button title={`Open ${oneLine(place)} (o)`} onClick={actions.reveal}>
            Go to file
          </Button>
          <Button title="The sample with its answers as Markdown (c)" disabled={!sample} onClick={actions.copy}>
            Copy
          </Button>
        </span>
      </header>
      {cache.error !== null && (
        <Failure what="The texts could not be read." error={cache.error} onRetry={() => cache.retry()} />
      )}
      {known === undefined && cache.error === null && <p class="dim">Reading the texts…</p>}
      {known === 'unknown' && <p class="dim">The run's folder has no texts of this sample.</p>}
      {sample && (
        <SampleDetail
          sample={sample}
          rows={rows}
          index={index}
          models={props.models}
          live={props.live}
          diff={props.diff}
          promptOpen={props.promptOpen}
          onPromptOpen={props.onPromptOpen}
        />
      )}
    </section>
  );
}

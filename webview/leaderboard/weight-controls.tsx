import { useMemo } from 'preact/hooks';
import type { MarkOf } from '../../src/core/report/render/charts/marks.ts';
import { winnersByAlpha, winnersByBeta } from '../../src/core/report/winners.ts';
import type { Weights } from '../../src/core/reward/reward.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { ask } from '../actions.ts';
import { app } from '../app-state.ts';
import { Button } from '../components.ts';
import { host } from '../host.ts';
import { useStore } from '../store.ts';
import { WeightSlider } from './weight-slider.tsx';

interface WeightControlsProps {
  report: PanelReport;
  weights: Weights;
  changed: boolean;
  marks: MarkOf;
  onChange(weights: Weights | null): void;
}

/** Alpha and beta, and who wins under which. */
export function WeightControls({ report, weights, changed, marks, onChange }: WeightControlsProps) {
  const { alpha, beta } = weights;
  const { models } = report.summary;
  const original = report.reward.models;
  const byAlpha = useMemo(() => winnersByAlpha(models, beta), [models, beta]);
  const byBeta = useMemo(() => winnersByBeta(models, alpha), [models, alpha]);
  const hasConfig = useStore(app, (s) => s.place!.hasConfig);
  return (
    <section class="weights" aria-label="Weights of the reward">
      <WeightSlider
        name="alpha"
        symbol="α"
        title="Quality weight"
        value={alpha}
        original={original.alpha}
        winners={byAlpha}
        marks={marks}
        onChange={(value) => onChange({ alpha: value, beta })}
      />
      <WeightSlider
        name="beta"
        symbol="β"
        title="Cost weight"
        value={beta}
        original={original.beta}
        winners={byBeta}
        marks={marks}
        onChange={(value) => onChange({ alpha, beta: value })}
      />
      {changed && (
        <div class="buttons">
          <Button
            disabled={!hasConfig || (alpha === 0 && beta === 0)}
            title={hasConfig ? 'Shows what changes before it is written' : 'This workspace has no config'}
            onClick={() => ask(host.writeWeights(report.run.key, weights))}
          >
            Write to config
          </Button>
          <Button onClick={() => onChange(null)}>Reset both</Button>
        </div>
      )}
    </section>
  );
}

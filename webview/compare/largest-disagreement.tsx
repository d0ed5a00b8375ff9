import './compare.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { quality } from '../../src/core/report/render/format.ts';
import { oneLine } from '../../src/core/report/render/visible.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { openCompare } from '../actions.ts';
import { rows as rowsOfRun } from '../app-state.ts';
import { useResource } from '../resource.ts';
import { disagreementOf } from './figures.ts';
import { labelOf } from './label.ts';
import { SampleDetail } from './sample-detail.tsx';
import { FIRST_STATE } from './state.ts';
import { useSampleCache } from './use-sample-cache.ts';

/** The sample on which the models' qualities lie farthest apart, with its answers. Nothing where they all agree. */
export function LargestDisagreement({ report }: { report: PanelReport }) {
  const rows = useResource(rowsOfRun).value;
  const found = useMemo(() => (rows === null ? null : mostDisputed(rows)), [rows]);
  if (rows === null || found === null) return null;
  return <Disputed key={report.run.key} report={report} rows={rows} sample={found} />;
}

function Disputed({ report, rows, sample }: { report: PanelReport; rows: RunRows; sample: number }) {
  const id = rows.samples[sample]!;
  const cache = useSampleCache(report.run.key, rows);
  useEffect(() => cache.want([id]), [cache, id]);
  const [promptOpen, setPromptOpen] = useState(false);
  const models = useMemo(() => rows.models.map((_, i) => i), [rows.models]);
  const detail = cache.get(id);
  if (detail === undefined || detail === 'unknown') return null;
  return (
    <section class="cmp-disagreement" aria-labelledby="largest-disagreement">
      <h2 id="largest-disagreement">Largest disagreement</h2>
      <p>
        <button type="button" class="link" onClick={() => openCompare({ sample: id })}>
          <bdi>{oneLine(id)}</bdi>
        </button>{' '}
        · <bdi>“{labelOf(detail)}”</bdi>{' '}
        <span class="dim">· {quality(disagreementOf(rows, sample, models))} between the best and the worst</span>
      </p>
      <SampleDetail
        sample={detail}
        rows={rows}
        index={sample}
        models={models}
        live={report.run.state === 'running'}
        diff={FIRST_STATE.diff}
        promptOpen={promptOpen}
        onPromptOpen={setPromptOpen}
      />
    </section>
  );
}

/** The first of the samples with the largest disagreement; null where there is none. */
function mostDisputed(rows: RunRows): number | null {
  const models = rows.models.map((_, i) => i);
  let found: number | null = null;
  let most = 0;
  for (let sample = 0; sample < rows.samples.length; sample++) {
    const disagreement = disagreementOf(rows, sample, models) ?? 0;
    if (disagreement > most) [most, found] = [disagreement, sample];
  }
  return found;
}

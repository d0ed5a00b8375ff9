import type { PanelReport } from '../../src/protocol/panel.ts';
import { LargestDisagreement } from '../compare/largest-disagreement.tsx';
import { Baseline } from './baseline.tsx';
import { Ranking } from './ranking.tsx';

/** Which model deserves the traffic, and what the figures say. */
export function Leaderboard({ report }: { report: PanelReport }) {
  // What does not depend on the weights is made here, so that a slider's move draws none of it again.
  return (
    <Ranking report={report}>
      <LargestDisagreement report={report} />
      <Baseline report={report} />
    </Ranking>
  );
}

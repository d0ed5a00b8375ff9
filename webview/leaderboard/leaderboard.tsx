import type { PanelReport } from '../../src/protocol/panel.ts';

export function Leaderboard({ report }: { report: PanelReport }) {
  return <p>{report.run.id}</p>;
}

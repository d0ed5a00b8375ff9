import type { PanelReport } from '../../src/protocol/panel.ts';

export function Compare({ report }: { report: PanelReport }) {
  return <p>{report.run.id}</p>;
}

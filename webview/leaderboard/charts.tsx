import { useMemo } from 'preact/hooks';
import type { MarkOf } from '../../src/core/report/render/charts/marks.ts';
import { runCharts } from '../../src/core/report/render/run-charts.ts';
import type { RunSummary } from '../../src/core/report/summary.ts';
import type { PanelReport } from '../../src/protocol/panel.ts';
import { openCompare } from '../actions.ts';
import { Chart } from '../ui/chart.tsx';
import { useChartWidth } from '../ui/use-chart-width.ts';

interface ChartsProps {
  report: PanelReport;
  /** Under the sliders' weights. */
  summary: RunSummary;
  marks: MarkOf;
}

/** The run's charts. Of these only the rewards follow every move of a slider; the others follow the ranking. */
export function Charts({ report, summary, marks }: ChartsProps) {
  const order = JSON.stringify(summary.models.map((m) => m.id));
  const { reward, latencies } = report;
  const { holder, width } = useChartWidth(2);
  const [before, after] = useMemo(() => {
    const input = { summary, reward, latencies, width };
    return [runCharts(input, marks, ['scatter', 'latency']), runCharts(input, marks, ['truth'])];
  }, [report, order, marks, width]);
  const rewards = useMemo(
    () => runCharts({ summary, reward, latencies, width }, marks, ['reward']),
    [summary, reward, latencies, marks, width],
  );
  return (
    <div class="charts" ref={holder}>
      {[...before, ...rewards, ...after].map(({ key, title, chart, models }) => (
        <Chart
          key={key}
          name={`poq-${key}`}
          title={title}
          chart={chart}
          items={models}
          openLabel="compare its answers"
          onOpen={(model) => openCompare({ model, only: key === 'latency' ? 'slowest' : undefined })}
        />
      ))}
    </div>
  );
}

import { compareRuns } from '../../core/report/comparison.ts';
import { rowsOf } from '../../core/report/rows.ts';
import { renderReport } from '../../node/report-text.ts';
import type { ReaderApi, ReaderHostApi } from '../../protocol/reader.ts';
import { FileResultsReader } from './file-results.ts';
import { Reports } from './reports.ts';
import { RunIndexes } from './run-indexes.ts';
import { RunWatches } from './run-watches.ts';
import { readDetails } from './sample-details.ts';
import { storedReport } from './stored-report.ts';
import { StoredRuns } from './stored-runs.ts';

export type RunReader = Pick<
  ReaderApi,
  | 'listRuns'
  | 'report'
  | 'storedReport'
  | 'rows'
  | 'samples'
  | 'compare'
  | 'fileResults'
  | 'settled'
  | 'exportRun'
  | 'watchRun'
  | 'unwatchRun'
>;

/** Reads run folders, finished ones and those that somebody writes at the moment. */
export function createRunReader(notify: ReaderHostApi['onRunChanged']): RunReader {
  const stored = new StoredRuns();
  const indexes: RunIndexes = new RunIndexes((path) => watches.has(path));
  const watches = new RunWatches(indexes, notify);
  const reports = new Reports();
  const files = new FileResultsReader(stored, indexes);
  return {
    listRuns: async (root) => (await stored.list(root)).map(({ run }) => run),
    report: async ({ path, intervals }) => reports.get(await indexes.get(path), intervals),
    storedReport: async (path) => storedReport(path),
    async rows(path) {
      const { table, record } = await indexes.get(path);
      return rowsOf(table, record.config);
    },
    samples: async ({ path, samples }) => readDetails(await indexes.get(path), samples),
    compare: async ({ base, run }) => {
      const before = await indexes.get(base);
      const after = await indexes.get(run);
      return compareRuns(before.compared, after.compared);
    },
    fileResults: ({ root, file }) => files.read(root, file),
    async settled({ path, from }) {
      const index = await indexes.get(path);
      const { next, samples } = index.settled.from(from);
      return { next, samples: samples.map((sample) => index.outcomes.of(sample)) };
    },
    async exportRun({ path, format }) {
      const index = await indexes.get(path);
      const { summary } = await reports.get(index, true);
      return renderReport(index.folder, summary, format);
    },
    async watchRun(path) {
      watches.watch(path);
    },
    unwatchRun: (path) => watches.unwatch(path),
  };
}

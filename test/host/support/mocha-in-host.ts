import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';
import * as vscode from 'vscode';

/**
 * What the extension host calls: runs the suite named by the environment and appends one JSON line per finished test to
 * the results file. The last line, `{end: true}`, is what the runner believes a run by: a host that died wrote none.
 */
export async function run(): Promise<void> {
  const { POQ_TEST_SUITE: suite, POQ_TEST_RESULTS: results, POQ_TEST_GREP: grep } = process.env;
  if (!suite || !results) throw new Error('POQ_TEST_SUITE and POQ_TEST_RESULTS must name the suite and its results.');
  const write = (row: object) => appendFileSync(results, `${JSON.stringify(row)}\n`);
  const place = vscode.env.uiKind === vscode.UIKind.Web ? 'browser window' : 'desktop window';
  write({ ran: `${vscode.env.appName}, VS Code ${vscode.version}, ${place}, Node ${process.versions.node}` });

  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: Mocha.reporters.Base, ...(grep ? { grep } : {}) });
  mocha.addFile(suite);
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => write({ pass: test.fullTitle(), ms: test.duration }));
    runner.on('pending', (test) => write({ skipped: test.fullTitle() }));
    runner.on('fail', (test, error) => write({ fail: test.fullTitle(), error: error?.stack ?? String(error) }));
  });
  write({ end: true });
  if (failures > 0) throw new Error(`${failures} failed`);
}

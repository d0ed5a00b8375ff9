import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { finishedRun, readRows, runState, runsIn } from '../support/runs.ts';
import { slowEndpoint, slowWorkspace } from '../support/slow-endpoint.ts';
import { until } from '../support/until.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

const PROMPTS = 100;

describe('bad days', function () {
  this.timeout(240_000);
  let window: VSCodeWindow;
  let folder: string;
  let endpoint: Awaited<ReturnType<typeof slowEndpoint>>;
  before(async () => {
    endpoint = await slowEndpoint(300);
  });
  after(() => endpoint.close());
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'poq-bad-day-'));
    slowWorkspace(folder, endpoint.baseUrl, PROMPTS);
    window = await openWindow({ folder });
  });
  afterEach(async () => {
    await window?.close().catch(() => {});
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  const answered = (id: string) => readRows<{ sample: string; text?: string }>(folder, id, 'generations');
  /** Starts a run and waits until some of its prompts are answered. */
  const startedRun = async (): Promise<string> => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    const id = await until('a run has begun', () => runsIn(folder).at(-1), 60_000);
    await until('some prompts are answered', () => answered(id).length >= 3, 60_000);
    return id;
  };

  it('a window that is reloaded in the middle of a run loses nothing: the run can be resumed', async () => {
    const id = await startedRun();
    await window.reload();
    const kept = answered(id).length;
    assert.ok(kept < PROMPTS, 'the run was over before the window was reloaded');
    await window.runCommand('PoQ: Resume Run');
    const rows = window.page.locator('.quick-input-widget .monaco-list-row');
    await rows
      .filter({ hasText: `${PROMPTS} samples` })
      .first()
      .click();
    const { summary } = await finishedRun(folder, 1);
    assert.equal(runsIn(folder).length, 1);
    assert.equal(summary.models[0]!.samples, PROMPTS);
    assert.equal(summary.models[0]!.errors, 0);
    assert.ok(answered(id).length >= PROMPTS);
  });

  it('a config that becomes nonsense in the middle of a run does not touch it; the next run says what is wrong', async () => {
    const id = await startedRun();
    writeFileSync(path.join(folder, 'poq.config.json'), '{"prompts": ["questions.jsonl"], "models": 7');
    const { summary } = await finishedRun(folder, 1);
    assert.equal(summary.run, id);
    assert.equal(summary.models[0]!.samples, PROMPTS);
    await window.runCommand('PoQ: Run Workspace Evaluation');
    await window.notifications(/The config has errors, so nothing was run.*poq\.config\.json/).waitFor();
    assert.equal(runsIn(folder).length, 1);
  });

  it('a run whose folder is deleted under the panel is said to be gone, and the next one works', async () => {
    await startedRun();
    await window.panel().getByRole('tab', { name: 'Leaderboard' }).waitFor();
    rmSync(path.join(folder, '.poq', 'runs'), { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    await window.panel().getByText('This run is gone.').waitFor();
    await window.notifications(/The run stopped/).waitFor({ timeout: 60_000 });
    writeFileSync(
      path.join(folder, 'questions.jsonl'),
      `${JSON.stringify({ id: 'a', prompt: 'b', reference: 'c' })}\n`,
    );
    await window.runCommand('PoQ: Run Workspace Evaluation');
    await finishedRun(folder, 1);
  });

  it('a second window on the folder shows the run of the first while it goes on, and does not claim it', async () => {
    const id = await startedRun();
    const second = await window.another();
    await second.runCommand('PoQ: Open Results');
    await second
      .panel()
      .getByText(/of 200|%|running/i)
      .first()
      .waitFor();
    assert.equal(
      await second
        .panel()
        .getByRole('button', { name: /^Resume/ })
        .count(),
      0,
    );
    assert.equal(runState(folder, id), 'running');
    await finishedRun(folder, 1);
    await second.panel().getByRole('button', { name: 'Run again' }).waitFor();
    await second.close();
  });

  it('cancelling keeps what is complete', async () => {
    const id = await startedRun();
    await window.runCommand('PoQ: Cancel');
    await until('the run is cancelled', () => runState(folder, id) === 'cancelled');
    const kept = answered(id).length;
    assert.ok(kept >= 3 && kept < PROMPTS);
    await window.notifications('what is complete is kept').waitFor();
  });

  it('a full disk stops the run: its user is told why, keeps what is complete, and can go on', async function () {
    if (process.platform !== 'linux') this.skip();
    const id = await startedRun();
    // A limit on the size of files makes writing fail as a full disk does.
    execFileSync('prlimit', ['--pid', String(pidOf(folder, id)), '--fsize=1500']);
    const note = window.notifications(/The run stopped.*the disk .* is full/);
    await note.waitFor();
    assert.ok(answered(id).length >= 3);
    await note.getByText('Resume', { exact: true }).click();
    const { summary } = await finishedRun(folder, 1);
    assert.equal(summary.models[0]!.samples, PROMPTS);
    assert.equal(summary.models[0]!.errors, 0);
  });

  it('the process that executes the run is killed: its user is told, and can go on', async () => {
    const id = await startedRun();
    process.kill(pidOf(folder, id), 'SIGKILL');
    await window.notifications(/The run stopped/).waitFor();
    await window
      .notifications(/The run stopped/)
      .getByText('Resume', { exact: true })
      .click();
    const { summary } = await finishedRun(folder, 1);
    assert.equal(summary.models[0]!.samples, PROMPTS);
    assert.equal(summary.models[0]!.errors, 0);
  });
});

/** The process that holds a run's lock. */
function pidOf(folder: string, id: string): number {
  const lock = JSON.parse(readFileSync(path.join(folder, '.poq', 'runs', id, 'lock'), 'utf8'));
  assert.equal(typeof lock.pid, 'number');
  return lock.pid;
}

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { bundle } from '../test/host/support/bundle.mjs';
import { claim, fixed, median, numberOption, poq, printTable, quantile, ROOT, scratch } from './lib/measure.mjs';
import { makeTexts } from './lib/texts.mjs';

/**
 * The extension in the window of a real VS Code (the browser-based one): what loading and activating it takes, and
 * typing in a prompt file of many rows that was scored, from the key to the painted character, with the delays of the
 * extension host's event loop meanwhile; beside the same window with lenses and scores turned off, and without the
 * extension, by turns.
 *
 *   node bench/editor.mjs [--rows 10000] [--repeats 3]
 */
const ROWS = numberOption('rows', 10_000);
const REPEATS = numberOption('repeats', 3);
const MARK = 'typed';
const BURSTS = 8;
const BURST = 12;
const KEY_MS = 90;
/** Longer than the pause after which the extension reads a large text again: the next burst falls on the reading. */
const REST_MS = 1100;
const LOAD_AND_ACTIVATE_MS = 50;

const { openWindow } = await import(await bundle('node', join(ROOT, 'test/host/support/window.ts')));
const folder = await scoredWorkspace();
const windows = [
  { name: 'PoQ Lab', settings: {} },
  { name: 'its lenses and scores off', settings: { 'poq.codeLens': 'off', 'poq.decorations': 'off' } },
  { name: 'without PoQ Lab', extensionsDir: join(folder, '.extensions') },
];
const results = windows.map(() => []);
for (let repeat = 0; repeat < REPEATS; repeat++) {
  for (const [i, window] of windows.entries()) results[i].push(await measureWindow(window));
}
report();
process.exit();

async function measureWindow({ name, settings, extensionsDir }) {
  const port = await freePort();
  const env = { POQ_PROBE_PORT: String(port), POQ_PROBE_EXTENSION: extensionsDir ? '' : 'poq-lab.poq-lab' };
  const extensions = ['bench/lib/editor-probe'];
  const workbench = await openWindow({ folder, settings, extensionsDir, extensions, env, trust: true });
  const probe = async (path) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!response.ok) throw new Error(`The probe in the extension host failed: ${await response.text()}`);
    return response.json();
  };
  try {
    await until(() => probe('/watch').then(() => true));
    const activation = extensionsDir ? null : await probe('/activation');
    await probe('/watch');
    await workbench.openFile('prompts.jsonl');
    if (name === windows[0].name) await workbench.page.getByText('last:').first().waitFor({ timeout: 120_000 });
    else await sleep(5000);
    const opening = await probe('/delays');
    await workbench.press('Control+G');
    await workbench.answer(`:${ROWS / 2}:${`{"id":"s${ROWS / 2 - 1}","prompt":"${MARK}`.length + 1}`);
    if (name === windows[0].name) await workbench.page.getByText('last:').first().waitFor();
    await sleep(2000);
    const page = workbench.page;
    await page.evaluate(watchKeys, MARK);
    await probe('/watch');
    let expected = 0;
    for (let burst = 0; burst < BURSTS; burst++) {
      for (let i = 0; i < BURST; i++, expected++) {
        await page.keyboard.press('abcdefghijklmnop'[i]);
        await sleep(KEY_MS);
      }
      await sleep(REST_MS);
    }
    const delays = await probe('/delays');
    const { latencies, long } = await page.evaluate(() => window.typing);
    if (latencies.length !== expected) throw new Error(`Of ${expected} keys ${latencies.length} were painted.`);
    return { activation, opening, delays, latencies, long };
  } finally {
    await workbench.close();
  }
}

/** Runs in the page: from a key's own time to the end of the frame in which its character stands in the text. */
function watchKeys(mark) {
  const pressed = [];
  window.typing = { latencies: [], long: [] };
  const { latencies, long } = window.typing;
  window.addEventListener('keydown', (event) => pressed.push(event.timeStamp), true);
  const lines = document.querySelector('.editor-instance .view-lines');
  const painted = new MessageChannel();
  painted.port1.onmessage = ({ data }) => {
    while (latencies.length < data) latencies.push(performance.now() - pressed[latencies.length]);
  };
  new MutationObserver(() => {
    const found = lines.textContent.matchAll(new RegExp(`"${mark}([a-z]*)`, 'g'));
    const typed = Math.max(...[...found].map(([, letters]) => letters.length));
    if (typed > latencies.length) painted.port2.postMessage(typed);
  }).observe(lines, { subtree: true, childList: true, characterData: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(duration);
  }).observe({ type: 'longtask' });
}

function report() {
  console.log(
    `Typing in a prompt file of ${ROWS} rows, ${BURSTS * BURST} keys, ${KEY_MS} ms apart, medians of ${REPEATS}`,
  );
  const mid = (i, read) => median(results[i].map(read));
  const row = (what, read) => {
    const values = windows.map((_, i) => mid(i, read));
    return [what, ...values.map((value) => fixed(value)), fixed(values[0] / values[2])];
  };
  const rows = [
    row('key to painted character, p50, ms', (r) => quantile(r.latencies, 0.5)),
    row('key to painted character, p95, ms', (r) => quantile(r.latencies, 0.95)),
    row('key to painted character, longest, ms', (r) => Math.max(...r.latencies)),
    row('tasks of the window over 50 ms', (r) => r.long.length),
    row('delay of the extension host, p99, ms', (r) => r.delays.p99),
    row('delay of the extension host, longest, ms', (r) => r.delays.max),
    row('the same while the file opens, ms', (r) => r.opening.max),
  ];
  printTable([['', ...windows.map(({ name }) => name), 'first / last'], ...rows]);
  const part = (name, clock) => median(results.slice(0, 2).flatMap((all) => all.map((r) => r.activation[name][clock])));
  printTable([
    ['activation, ms', 'load', 'activate', 'both'],
    ...['cpu', 'wall'].map((clock) => [
      clock === 'cpu' ? 'processor time of the thread' : 'wall',
      ...[part('load', clock), part('activate', clock), part('load', clock) + part('activate', clock)].map((v) =>
        fixed(v),
      ),
    ]),
  ]);
  const own = part('load', 'cpu') + part('activate', 'cpu');
  claim(`editor: processor time of activation, in units of ${LOAD_AND_ACTIVATE_MS} ms`, own / LOAD_AND_ACTIVATE_MS, 1);
  const typing = (i) => mid(i, (r) => quantile(r.latencies, 0.95));
  claim('editor: p95 of typing against the window without the extension', typing(0) / typing(2), 1.25);
}

/** A prompt file with a finished run of all its rows. */
async function scoredWorkspace() {
  const path = scratch();
  mkdirSync(join(path, '.extensions'));
  const texts = makeTexts();
  const prompts = [];
  const answers = [];
  for (let i = 0; i < ROWS; i++) {
    const { reference, answer } = texts.next();
    prompts.push({ id: `s${i}`, prompt: `${MARK} ${reference} What follows?`, reference });
    answers.push({ sample: `s${i}`, text: answer(), latencyMs: 100 + (i % 97), inputTokens: 30, outputTokens: 25 });
  }
  const lines = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(path, 'prompts.jsonl'), lines(prompts));
  writeFileSync(join(path, 'm0.jsonl'), lines(answers));
  const config = {
    prompts: ['prompts.jsonl'],
    models: [{ id: 'm0', provider: 'recorded', file: 'm0.jsonl' }],
    evaluators: [{ id: 'rougeL', kind: 'lexical', metric: 'rougeL' }],
  };
  writeFileSync(join(path, 'poq.config.json'), JSON.stringify(config));
  await poq(['run', '--config', join(path, 'poq.config.json'), '--json', '--quiet']);
  return path;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(check) {
  for (let i = 0; i < 300; i++) {
    if (await check().catch(() => false)) return;
    await sleep(200);
  }
  throw new Error('The probe in the extension host does not answer.');
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { webviewOptions } from '../esbuild.webview.mjs';
import { launchChromium } from '../scripts/vscode/chromium.mjs';
import { claim, fixed, median, numberOption, printTable, quantile, ROOT, scratch } from './lib/measure.mjs';

/**
 * The panel with 100,000 generations in a real browser: time from the data to the first paint, frames while the list is
 * scrolled and sliders are moved, memory of the page's process; beside a plain HTML table of the same rows, in turns, each
 * in a browser of its own. Medians over the repeats; the longest frame is the longest of all repeats.
 *
 *   node bench/panel.mjs [--generations 100000] [--repeats 3]
 */
const GENERATIONS = numberOption('generations', 100_000);
const REPEATS = numberOption('repeats', 3);
const FRAMES = 120;
/** A plain table of 100,000 rows takes seconds for a frame. */
const PLAIN_FRAMES = 30;
const LONG_FRAME_MS = 50;
const PAINT_MS = 1000;
const MEMORY_MB = 400;

const SHAPES = [
  { name: 'four models', samples: Math.ceil(GENERATIONS / 4), models: 4 },
  { name: 'one model', samples: GENERATIONS, models: 1 },
];

const folder = scratch();
const url = await servePanel();
for (const shape of SHAPES) {
  const panels = [];
  const tables = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    panels.push(await inBrowser(shape, measurePanel));
    tables.push(await inBrowser(shape, measureTable));
  }
  report(shape, panels, tables);
}
process.exit();

/** Builds what is shipped and the stub; serves the page as the host makes it. */
async function servePanel() {
  await build(webviewOptions({ outdir: folder, sourcemap: false }));
  await build({
    entryPoints: { stub: join(ROOT, 'bench/lib/panel-stub.mjs') },
    outdir: folder,
    bundle: true,
    format: 'iife',
    logLevel: 'warning',
  });
  const module = join(folder, 'html.mjs');
  await build({ entryPoints: [join(ROOT, 'src/host/panel/html.ts')], outfile: module, format: 'esm', bundle: true });
  const { panelHtml } = await import(pathToFileURL(module).href);
  const types = { '/panel.js': 'text/javascript', '/panel.css': 'text/css' };
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    if (types[request.url]) {
      response.setHeader('content-type', types[request.url]);
      return response.end(readFileSync(join(folder, request.url)));
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (request.url === '/plain') return response.end('<!doctype html><title>Plain table</title><body>');
    response.end(
      panelHtml({
        nonce: 'bench',
        cspSource: origin,
        scriptUri: `${origin}/panel.js`,
        styleUri: `${origin}/panel.css`,
        lang: 'en',
      }),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

async function inBrowser(shape, measure) {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1180, height: 800 } });
    await page.addInitScript({ path: join(folder, 'stub.js') });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    return await measure(page, shape, {
      cpuMs: async () => {
        const { metrics } = await devtools.send('Performance.getMetrics');
        return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
      },
      memory: () => memoryOf(browser, devtools),
    });
  } finally {
    await browser.close();
  }
}

async function measurePanel(page, shape, meter) {
  await page.addInitScript((wanted) => window.bench.prepare(wanted, 'compare'), shape);
  await page.goto(url);
  await page.waitForFunction(() => window.bench.paintedAt > 0, null, { timeout: 120_000 });
  const paintMs = await paint(page);
  const scroll = await frames(page, meter, (i) => {
    const list = document.querySelector('.cmp-list');
    // Steadily at first, then by leaps through all of it.
    list.scrollTop = i < 80 ? list.scrollTop + 300 : ((i - 79) / 40) * list.scrollHeight;
  });
  const filter = await frames(
    page,
    meter,
    moveSlider,
    shape.models > 1 ? 'Disagreement at least' : 'Lowest quality at most',
  );
  const memory = await meter.memory();
  await page.getByRole('tab', { name: 'Leaderboard' }).click();
  await page.getByRole('slider').first().waitFor();
  const weigh = await frames(page, meter, moveSlider, null);
  return { paintMs, scroll, filter, weigh, memory };
}

async function measureTable(page, shape, meter) {
  await page.goto(`${url}/plain`);
  await page.evaluate((wanted) => window.bench.prepare(wanted, null), shape);
  await page.evaluate(() => window.bench.plainTable());
  await page.waitForFunction(() => window.bench.paintedAt > 0, null, { timeout: 120_000 });
  const paintMs = await paint(page);
  const scroll = await frames(
    page,
    meter,
    (i) => {
      const list = document.scrollingElement;
      list.scrollTop = i < 20 ? list.scrollTop + 300 : ((i - 19) / 10) * list.scrollHeight;
    },
    null,
    PLAIN_FRAMES,
  );
  const filter = await frames(page, meter, (i) => window.bench.filterPlain((i % 15) / 15), null, PLAIN_FRAMES);
  return { paintMs, scroll, filter, memory: await meter.memory() };
}

function paint(page) {
  return page.evaluate(() => window.bench.paintedAt - window.bench.sentAt);
}

/** Runs in the page: one step of a slider, the one of that label or the last one in the page. */
function moveSlider(i, label) {
  const sliders = [...document.querySelectorAll('input[type=range]')];
  const slider = sliders.find(({ labels }) => [...labels].some((l) => l.textContent === label)) ?? sliders.at(-1);
  const { min, max } = slider;
  slider.value = String(Number(min) + ((Number(max) - Number(min)) * (i % 60)) / 60);
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}

async function frames(page, meter, step, argument = null, count = FRAMES) {
  const before = await meter.cpuMs();
  const source = `window.bench.frames(${count}, (i) => (${step})(i, ${JSON.stringify(argument)}))`;
  const { deltas, long } = await page.evaluate(source);
  return { deltas, long, cpuMs: ((await meter.cpuMs()) - before) / count };
}

/** Of the page's process, in MB: its resident memory where the system tells, and the JavaScript heap after a collection. */
async function memoryOf(browser, devtools) {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 2 ** 20;
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMb(id));
  return { heap, resident: Math.max(...sizes) };
}

function residentMb(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return Number.NaN; // not Linux
  }
}

function report({ name, samples, models }, panels, tables) {
  console.log(`${samples} samples of ${models} model${models > 1 ? 's' : ''}, medians of ${REPEATS}`);
  const compare = (what, unit, read) => {
    const [ours, theirs] = [panels, tables].map((results) => read(results));
    const ratio = Number.isFinite(theirs) ? fixed(ours / theirs) : '-';
    return [`${what}${unit ? `, ${unit}` : ''}`, fixed(ours), fixed(theirs), ratio];
  };
  const mid = (read) => (results) => median(results.map(read));
  const all = (results, part) => results.flatMap((r) => r[part]?.deltas ?? []);
  const longest = (part) => (results) =>
    Math.max(...all(results, part), ...results.flatMap((r) => r[part]?.long ?? []));
  // Frames by their starts, or, where those are more, by what the browser calls long.
  const many = (part) => (results) => {
    const over = (ms) => ms > LONG_FRAME_MS;
    const long = results.flatMap((r) => r[part]?.long ?? []).filter(over).length;
    const found = all(results, part);
    return (100 * Math.max(long, found.filter(over).length)) / found.length;
  };
  const about = (part, what) => [
    compare(`${what}: frame, p50`, 'ms', (results) => quantile(all(results, part), 0.5)),
    compare(`${what}: frame, p95`, 'ms', (results) => quantile(all(results, part), 0.95)),
    compare(`${what}: longest frame`, 'ms', longest(part)),
    compare(`${what}: frames over ${LONG_FRAME_MS} ms`, '%', many(part)),
    compare(
      `${what}: processor time a frame`,
      'ms',
      mid((r) => r[part]?.cpuMs ?? Number.NaN),
    ),
  ];
  const ownOnly = (lines) => lines.map(([what, ours]) => [what, ours, '-', '-']);
  printTable([
    ['', 'panel', 'plain table', 'ratio'],
    compare(
      'data to first paint',
      'ms',
      mid((r) => r.paintMs),
    ),
    ...about('scroll', 'scrolling'),
    ...about('filter', 'filter slider'),
    ...ownOnly(about('weigh', 'weight slider')),
    compare(
      'memory of the process',
      'MB',
      mid((r) => r.memory.resident),
    ),
    compare(
      'JavaScript heap',
      'MB',
      mid((r) => r.memory.heap),
    ),
  ]);
  claim(`panel, ${name}: first paint, in units of ${PAINT_MS} ms`, mid((r) => r.paintMs)(panels) / PAINT_MS, 1);
  for (const [part, what] of [
    ['scroll', 'scrolling'],
    ['filter', 'the filter slider'],
    ['weigh', 'the weight slider'],
  ]) {
    const share = many(part)(panels) / 100;
    claim(
      `panel, ${name}: share of frames over ${LONG_FRAME_MS} ms in ${what}`,
      share,
      0,
      `longest ${fixed(longest(part)(panels))} ms`,
    );
  }
  claim(
    `panel, ${name}: memory of the page's process, in units of ${MEMORY_MB} MB`,
    mid((r) => r.memory.resident)(panels) / MEMORY_MB,
    1,
  );
}

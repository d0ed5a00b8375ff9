import { makeDetail, makeReport, makeRows } from './panel-data.mjs';

/**
 * Runs in the page before the panel: the host's side of it, which answers at once and keeps no more than it must, and what
 * the benchmark measures with. Without the panel it draws the same rows as a plain table.
 */
const KEY = 'run';
const place = { machine: 'this machine', trusted: true, severalFolders: false, hasFolder: true, hasConfig: true };
let rows = null;
let shape = null;
const bench = { sentAt: 0, paintedAt: 0 };
window.bench = bench;

const answers = {
  start: () => ({ place, run: KEY, tab: bench.tab, sample: null }),
  runs: () => [],
  report: () => makeReport(shape, KEY),
  rows: () => rows,
  samples: (_, ids) => ids.map((id) => makeDetail(rows, Number(id.slice(id.lastIndexOf('#') + 1)))),
  compareWithBaseline: () => null,
};

let kept = null;
window.acquireVsCodeApi = () => ({
  getState: () => kept,
  setState: (state) => {
    kept = state;
  },
  postMessage: ({ t, m, a, i }) => {
    if (t !== 'q' || !answers[m]) return;
    const r = answers[m](...a);
    if (m === 'rows') {
      bench.sentAt = performance.now();
      whenPainted('.cmp-list [role=row][aria-selected]');
    }
    // Copies the data, as between processes.
    window.postMessage({ t: 's', i, r }, '*');
  },
});

function whenPainted(selector) {
  requestAnimationFrame(() => {
    if (document.querySelector(selector) === null) return whenPainted(selector);
    // The frame that holds it has been drawn when the task after it runs.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      bench.paintedAt = performance.now();
    };
    requestAnimationFrame(() => channel.port2.postMessage(null));
  });
}

bench.prepare = (wanted, tab) => {
  shape = wanted;
  bench.tab = tab;
  rows = makeRows(shape);
};

/** One table row for each sample, as a page without virtual rows has them. */
bench.plainTable = () => {
  bench.sentAt = performance.now();
  const data = structuredClone(rows);
  const table = document.createElement('table');
  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };
  const trs = data.samples.map((id, sample) => {
    const figures = data.models.map((_, model) => data.quality[sample * data.models.length + model].toFixed(1));
    return element('tr', ...[id, data.tasks[data.task[sample]], ...figures].map((text) => element('td', text)));
  });
  const body = document.createElement('tbody');
  for (const tr of trs) body.append(tr);
  table.append(body);
  document.body.append(table);
  whenPainted('table td');
  bench.plain = { data, trs };
};

/** What the disagreement slider does to such a table; with one model, the quality slider. */
bench.filterPlain = (share) => {
  const { data, trs } = bench.plain;
  const models = data.models.length;
  for (let sample = 0; sample < data.samples.length; sample++) {
    const values = data.quality.subarray(sample * models, (sample + 1) * models);
    const shown = models > 1 ? Math.max(...values) - Math.min(...values) >= 10 * share : values[0] <= 10 * (1 - share);
    trs[sample].hidden = !shown;
  }
};

/** Calls `step(i)` once a frame. @returns milliseconds between the frames' starts, and long frames as the browser saw them */
bench.frames = async (count, step) => {
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ type: 'long-animation-frame' });
  const deltas = [];
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < count; i++) {
    step(i);
    const now = await new Promise(requestAnimationFrame);
    deltas.push(now - before);
    before = now;
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  observer.disconnect();
  return { deltas, long };
};

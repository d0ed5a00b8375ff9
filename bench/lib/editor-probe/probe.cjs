const { createServer } = require('node:http');
const Module = require('node:module');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { extensions } = require('vscode');

/**
 * Watches the extension host from inside, for bench/editor.mjs, which asks over HTTP at the port POQ_PROBE_PORT:
 * `/activation` (what loading and activating the extension POQ_PROBE_EXTENSION took), `/watch` (from now on) and
 * `/delays` (of the event loop since then). All in milliseconds. Its command does nothing: a window counts as ready when
 * it knows a command of PoQ, which one without the extension would never do.
 */
const { POQ_PROBE_PORT, POQ_PROBE_EXTENSION } = process.env;

// Before the extension is loaded: this one starts first, since it waits for nothing.
const figures = {};
const main = 'dist/extension.cjs';
const load = Module.prototype.load;
Module.prototype.load = function (file) {
  if (!file.replaceAll('\\', '/').endsWith(main)) return load.call(this, file);
  timed('load', () => load.call(this, file));
  const { activate } = this.exports;
  this.exports = { ...this.exports, activate: (...args) => timed('activate', () => activate(...args)) };
};

function timed(name, work) {
  const cpu = threadCpu();
  const start = performance.now();
  try {
    return work();
  } finally {
    figures[name] = { wall: performance.now() - start, cpu: threadCpu() - cpu };
  }
}

/** Of this thread alone: what a busy machine does not lengthen. */
function threadCpu() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

exports.activate = () => {
  let delays;
  const answers = {
    '/activation': async () => {
      await extensions.getExtension(POQ_PROBE_EXTENSION)?.activate();
      return figures;
    },
    '/watch': () => {
      delays?.disable();
      delays = monitorEventLoopDelay({ resolution: 1 });
      delays.enable();
      return {};
    },
    '/delays': () => ({ p50: delays.percentile(50) / 1e6, p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 }),
  };
  const server = createServer(async ({ url }, response) => {
    try {
      response.end(JSON.stringify(await answers[url]()));
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error.stack));
    }
  });
  server.listen(Number(POQ_PROBE_PORT), '127.0.0.1');
};

// Loaded into a measured process with NODE_OPTIONS=--require: when that ends, it writes what it has used, all its threads
// included, to a file of its own in the folder POQ_BENCH_USAGE.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.POQ_BENCH_USAGE) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: maxRSS / 1024 };
    writeFileSync(join(process.env.POQ_BENCH_USAGE, `${process.pid}.json`), JSON.stringify(usage));
  });
}

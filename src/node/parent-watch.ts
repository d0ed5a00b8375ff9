import { Worker } from 'node:worker_threads';

const EVERY_MS = 1000;

/**
 * Ends this process when its parent is gone: at once while the event loop runs, and within a second or two while
 * native code blocks it, which a thread of its own notices.
 */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit(0));
  const parent = process.ppid;
  // Where a process keeps the id of a parent that is gone (Windows), only a signal tells: 0 asks, and changes nothing.
  const watch = `
    setInterval(() => {
      let alive = process.ppid === ${parent};
      try { process.kill(${parent}, 0); } catch (error) { alive &&= error.code === 'EPERM'; }
      if (!alive) process.kill(process.pid, 'SIGKILL');
    }, ${EVERY_MS});`;
  new Worker(watch, { eval: true, stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: 8 } }).unref();
}

/** Between two of them the process hears signals and messages. */
const PACE_MS = 40;

/**
 * Runs work that yields its progress (0 to 1) without holding up the process for long; null when it was cancelled.
 */
export async function runPaced<Result>(
  work: Generator<number, Result>,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Result | null> {
  let next = performance.now() + PACE_MS;
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() < next) continue;
    onProgress(step.value);
    await new Promise((done) => setImmediate(done));
    if (signal.aborted) return null;
    next = performance.now() + PACE_MS;
  }
}

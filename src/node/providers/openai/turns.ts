const waiting: (() => void)[] = [];

/**
 * Resolves when it is the caller's turn: one a round of the event loop, so that the sockets are read between any two. What
 * is done with one answer (storing, scoring) then does not delay the timestamps of those that arrive at the same time.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(next);
  });
}

function next(): void {
  // Left in its place until its work is done, so that what it queues up meanwhile does not start a second round.
  waiting[0]?.();
  setImmediate(after);
}

function after(): void {
  waiting.shift();
  if (waiting.length > 0) next();
}

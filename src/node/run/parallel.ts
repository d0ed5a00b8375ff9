/**
 * Lets `workers` workers take items from one stream until it ends. The first failure stops them all; it is thrown
 * when the last of them has come to rest.
 */
export async function forEachParallel<T>(
  items: AsyncIterable<T>,
  workers: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    while (!failure) {
      try {
        const next = await iterator.next();
        if (next.done) return;
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  if (failure) {
    await iterator.return?.();
    throw failure.error;
  }
}

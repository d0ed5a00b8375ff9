import { useEffect, useReducer } from 'preact/hooks';

/** A value that changes, and those who look at it. */
export class Store<S> {
  #state: S;
  readonly #listeners = new Set<() => void>();

  constructor(initial: S) {
    this.#state = initial;
  }

  get(): S {
    return this.#state;
  }

  set(patch: Partial<S>): void {
    this.#state = { ...this.#state, ...patch };
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get watched(): boolean {
    return this.#listeners.size > 0;
  }
}

/** A part of a store; the component is drawn again when the part is another one (by `Object.is`). */
export function useStore<S, T>(store: Store<S>, select: (state: S) => T): T {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const selected = select(store.get());
  useEffect(() => {
    let shown = selected;
    const look = () => {
      const next = select(store.get());
      if (Object.is(next, shown)) return;
      shown = next;
      redraw(undefined);
    };
    look(); // it may have changed between drawing and here
    return store.subscribe(look);
  });
  return selected;
}

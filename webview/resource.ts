import { useEffect } from 'preact/hooks';
import { Store, useStore } from './store.ts';

/** What the host knows under a key (a run), fetched when somebody looks and again when it changes. */
export interface Loaded<T> {
  /** What `value` belongs to. */
  key: string | null;
  /** The last good answer for `key`; it stays while a newer one is fetched. */
  value: T | null;
  error: string | null;
  loading: boolean;
}

/** At least this many milliseconds between two fetches of what keeps changing: twice a second. */
const PAUSE_MS = 500;
/** Fetching takes at most about a quarter of the host's time. */
const SHARE = 4;

export class Resource<T> {
  readonly store = new Store<Loaded<T>>({ key: null, value: null, error: null, loading: false });
  readonly #load: (key: string) => Promise<T>;
  #stale = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #notBefore = 0;

  constructor(load: (key: string) => Promise<T>) {
    this.#load = load;
  }

  /** Looks at another key; what is shown of the old one goes away. */
  select(key: string | null): void {
    if (this.store.get().key === key) return;
    this.#notBefore = 0;
    this.store.set({ key, value: null, error: null, loading: false });
    this.#stale = key !== null;
    this.#schedule();
  }

  /** It changed: fetched again, now and then while it goes on changing, at once when `final`. */
  changed(final = false): void {
    if (this.store.get().key === null) return;
    this.#stale = true;
    if (final) this.#notBefore = 0;
    this.#schedule();
  }

  /** Somebody began to look. */
  watch(): void {
    if (this.store.get().value === null && this.store.get().error === null) this.#stale = true;
    this.#schedule();
  }

  #schedule(): void {
    const { key, loading } = this.store.get();
    if (!this.#stale || key === null || loading || !this.store.watched) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const wait = this.#notBefore - performance.now();
    if (wait <= 0) void this.#fetch(key);
    else this.#timer = setTimeout(() => this.#schedule(), wait);
  }

  async #fetch(key: string): Promise<void> {
    this.#stale = false;
    this.store.set({ loading: true });
    const started = performance.now();
    const result = await this.#load(key).then(
      (value) => ({ value, error: null }),
      (error: unknown) => ({ error: messageOf(error) }),
    );
    if (this.store.get().key !== key) return; // another one is looked at by now
    const ended = performance.now();
    this.#notBefore = ended + Math.max(PAUSE_MS, SHARE * (ended - started));
    this.store.set({ ...result, loading: false });
    this.#schedule();
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The resource's state, kept up to date while the component is there. */
export function useResource<T>(resource: Resource<T>): Loaded<T> {
  const state = useStore(resource.store, (s) => s);
  useEffect(() => resource.watch(), [resource, state.key]);
  return state;
}

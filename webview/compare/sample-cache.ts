import type { SampleDetail } from '../../src/protocol/reader.ts';

/** Most samples in one call, and most characters of texts that are kept. */
const BATCH = 24;
const KEPT_CHARACTERS = 4_000_000;
/** Rows that flash by while the list is scrolled are not asked for. */
const PAUSE_MS = 60;
/** Of a run that goes on, texts are asked for again at most this often. */
const REFRESH_MS = 1000;

/** What is known of a sample: its texts, that the run has no such sample, or nothing yet. */
export type Known = SampleDetail | 'unknown' | undefined;

interface Entry {
  detail: SampleDetail | 'unknown';
  characters: number;
  /** Number of `refresh` calls when it was asked for. */
  age: number;
}

/**
 * Texts of samples, fetched when they come into view: a few samples a call, one call at a time, what has been scrolled
 * past before its turn is never asked for, the longest unused is forgotten first.
 */
export class SampleCache {
  #entries = new Map<string, Entry>();
  #wanted: string[] = [];
  #characters = 0;
  #age = 0;
  #lastRefresh = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #asking = false;
  #closed = false;
  #error: string | null = null;
  #ask: (ids: string[]) => Promise<SampleDetail[]>;
  #onChange: () => void;

  constructor(ask: (ids: string[]) => Promise<SampleDetail[]>, onChange: () => void) {
    this.#ask = ask;
    this.#onChange = onChange;
  }

  /** Why the last call failed; null when it did not. */
  get error(): string | null {
    return this.#error;
  }

  get(id: string): Known {
    return this.#entries.get(id)?.detail;
  }

  /** What is in view now, the most important first. It replaces what was wanted before. */
  want(ids: string[]): void {
    this.#wanted = ids;
    // Used now: the last to be forgotten.
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (!entry) continue;
      this.#entries.delete(id);
      this.#entries.set(id, entry);
    }
    this.#schedule(PAUSE_MS);
  }

  /** The run has new rows: what is in view is asked for again, and shown as it was until then. */
  refresh(): void {
    this.#age++;
    this.#schedule(PAUSE_MS);
  }

  /** Asks again after an error. */
  retry(): void {
    this.#error = null;
    this.#onChange();
    this.#schedule(0);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #missing(): string[] {
    const absent = this.#wanted.filter((id) => !this.#entries.has(id));
    if (absent.length > 0) return absent.slice(0, BATCH);
    return this.#wanted.filter((id) => this.#entries.get(id)!.age < this.#age).slice(0, BATCH);
  }

  #schedule(delay: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#closed || this.#asking || this.#error !== null) return;
    const ids = this.#missing();
    if (ids.length === 0) return;
    const onlyOld = this.#entries.has(ids[0]!);
    const wait = onlyOld ? Math.max(delay, this.#lastRefresh + REFRESH_MS - Date.now()) : delay;
    this.#timer = setTimeout(() => void this.#fetch(), wait);
  }

  async #fetch(): Promise<void> {
    this.#timer = null;
    const ids = this.#missing();
    if (ids.length === 0) return;
    if (this.#entries.has(ids[0]!)) this.#lastRefresh = Date.now();
    const age = this.#age;
    this.#asking = true;
    try {
      const details = new Map((await this.#ask(ids)).map((detail) => [detail.id, detail]));
      if (this.#closed) return;
      for (const id of ids) this.#keep(id, details.get(id) ?? 'unknown', age);
      this.#forget();
    } catch (error) {
      this.#error = error instanceof Error ? error.message : String(error);
    } finally {
      this.#asking = false;
    }
    if (this.#closed) return;
    this.#onChange();
    this.#schedule(0);
  }

  #keep(id: string, detail: SampleDetail | 'unknown', age: number): void {
    this.#characters -= this.#entries.get(id)?.characters ?? 0;
    this.#entries.delete(id);
    const characters = detail === 'unknown' ? 0 : lengthOf(detail);
    this.#entries.set(id, { detail, characters, age });
    this.#characters += characters;
  }

  #forget(): void {
    const inView = new Set(this.#wanted);
    for (const [id, entry] of this.#entries) {
      if (this.#characters <= KEPT_CHARACTERS) return;
      if (inView.has(id)) continue;
      this.#entries.delete(id);
      this.#characters -= entry.characters;
    }
  }
}

function lengthOf(detail: SampleDetail): number {
  const texts = [...detail.messages, ...detail.references, ...detail.outputs.map((o) => o.text)];
  // What a sample takes besides its texts is counted as about 1,000 characters.
  return texts.reduce((sum, text) => sum + (text?.text.length ?? 0), 1000);
}

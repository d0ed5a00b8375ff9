import type { LinePlace } from './row-tail.ts';

/** Where many rows stand in their file, by index, in twelve bytes each. */
export class LinePlaces {
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;

  constructor(count: number) {
    this.#starts = new Float64Array(count).fill(-1);
    this.#lengths = new Uint32Array(count);
  }

  set(index: number, { start, length }: LinePlace): void {
    this.#starts[index] = start;
    this.#lengths[index] = length;
  }

  /** Null where no row is known. */
  get(index: number): LinePlace | null {
    const start = this.#starts[index]!;
    return start < 0 ? null : { start, length: this.#lengths[index]! };
  }
}

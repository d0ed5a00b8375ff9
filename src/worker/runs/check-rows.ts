/** The checks of a run by the place of their generation, small: a list per generation, chained through the rows. */
export class CheckRows {
  readonly #last: Int32Array;
  readonly #rows: { previous: number; label: number; pass: boolean }[] = [];
  readonly #labels: string[] = [];
  readonly #labelIndex = new Map<string, number>();

  constructor(places: number) {
    this.#last = new Int32Array(places).fill(-1);
  }

  add(place: number, label: string, pass: boolean): void {
    let known = this.#labelIndex.get(label);
    if (known === undefined) {
      known = this.#labels.push(label) - 1;
      this.#labelIndex.set(label, known);
    }
    this.#rows.push({ previous: this.#last[place]!, label: known, pass });
    this.#last[place] = this.#rows.length - 1;
  }

  /** Rows of a generation, repetitions included. */
  count(place: number): number {
    let count = 0;
    for (let at = this.#last[place]!; at >= 0; at = this.#rows[at]!.previous) count++;
    return count;
  }

  /** The checks of a generation in the order in which they were first told; of two rows of one check the later counts. */
  of(place: number): { label: string; pass: boolean }[] {
    const rows: { label: string; pass: boolean }[] = [];
    for (let at = this.#last[place]!; at >= 0; at = this.#rows[at]!.previous) {
      rows.push({ label: this.#labels[this.#rows[at]!.label]!, pass: this.#rows[at]!.pass });
    }
    return [...new Map(rows.reverse().map(({ label, pass }) => [label, pass]))].map(([label, pass]) => ({
      label,
      pass,
    }));
  }
}

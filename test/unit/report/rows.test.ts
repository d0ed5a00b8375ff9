import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterRows, type RowSort, sortRows } from '../../../src/core/report/row-order.ts';
import { type RunRows, rowsOf } from '../../../src/core/report/rows.ts';
import { RunTable } from '../../../src/core/report/table.ts';
import { answer, configOf, META, sample, score } from './builders.ts';
import { accumulatorOf, randomRun, tableOf } from './random-run.ts';

/** A small run by hand: two models, four samples, two files. */
function handmade(): RunRows {
  const config = configOf({ modelIds: ['a', 'b'], generation: { repeats: 2 } });
  const table = new RunTable(config);
  const place = (file: string, line?: number) => ({ source: { file, line } });
  table.addSample(sample('q/One', { task: 'qa', tags: ['hard', 'long'], ...place('x.csv', 2) }));
  table.addSample(sample('q/two', { task: null, tags: [], ...place('x.csv') }));
  table.addSample(sample('Three', { task: 'sum', tags: ['hard'], ...place('y.csv', 1) }));
  table.addSample(sample('four', { task: 'qa', references: [] }));
  const scored = (id: string, model: string, repeat: number, quality: number, over = {}) => {
    table.addGeneration(answer(id, model, { repeat, ...over }));
    table.addScore({ ...score(id, model, 'sts', quality), repeat });
  };
  scored('q/One', 'a', 0, 8, { latencyMs: 100 });
  scored('q/One', 'a', 1, 6, { latencyMs: 300 });
  scored('q/One', 'b', 0, 5, { latencyMs: 50, reused: true, text: 'red' });
  table.addGeneration(answer('q/two', 'a', { error: 'gone' }));
  scored('q/two', 'a', 1, 9);
  scored('Three', 'b', 0, 4, { latencyMs: 20 });
  table.addGeneration(answer('four', 'b'));
  for (const pass of [true, false]) {
    table.addCheck({ sample: 'q/One', model: 'a', repeat: 0, check: `is ${pass}`, pass });
    table.addCheck({ sample: 'Three', model: 'b', repeat: 1, check: 'c', pass });
  }
  return rowsOf(table, config);
}

describe('rowsOf', () => {
  const rows = handmade();
  const NaNs = (...values: number[]) => Float64Array.from(values);

  it('gives names once and indices to them', () => {
    expect(rows.samples).toEqual(['q/One', 'q/two', 'Three', 'four']);
    expect(rows.models).toEqual(['a', 'b']);
    expect(rows.tasks).toEqual(['qa', 'sum']);
    expect([...rows.task]).toEqual([0, -1, 1, 0]);
    expect(rows.tags).toEqual(['hard', 'long']);
    expect([...rows.tagStart]).toEqual([0, 2, 2, 3, 3]);
    expect([...rows.tagList]).toEqual([0, 1, 0]);
    expect(rows.files).toEqual(['x.csv', 'y.csv']);
    expect([...rows.file]).toEqual([0, 0, 1, -1]);
    expect([...rows.line]).toEqual([2, 0, 1, 0]);
  });

  it('averages repeats, counts failures, leaves the unknown NaN', () => {
    expect([...rows.state]).toEqual([1, 1, 2, 0, 0, 1, 0, 1]);
    expect(rows.quality).toEqual(NaNs(7, 5, 4.5, Number.NaN, Number.NaN, 4, Number.NaN, Number.NaN));
    // "red" of "red fox": precision 1, recall a half.
    const f1 = 20 / 3;
    expect([...rows.truth]).toEqual([10, expect.closeTo(f1, 9), 5, Number.NaN, Number.NaN, 10, Number.NaN, Number.NaN]);
    const latency = [200, Number.NaN, 100, Number.NaN, Number.NaN, 20, Number.NaN, 100];
    expect([...rows.latencyMs]).toEqual(latency);
    expect([...rows.failedChecks]).toEqual([1, 0, 0, 0, 0, 1, 0, 0]);
  });

  it('has the means of the summary', () => {
    for (let seed = 1; seed <= 25; seed++) {
      const run = randomRun(seed);
      const rows = rowsOf(tableOf(run), run.config);
      const { models } = accumulatorOf(run).summary({ ...META, intervals: false });
      for (const [i, id] of rows.models.entries()) {
        const summary = models.find((model) => model.id === id)!;
        const values = (all: Float64Array) => [...all].filter((x, at) => at % 4 === i && !Number.isNaN(x));
        const mean = (all: Float64Array) => values(all).reduce((sum, x) => sum + x, 0) / values(all).length;
        const expected = (x: number | null) => (x === null ? Number.NaN : expect.closeTo(x, 9));
        expect(mean(rows.quality)).toEqual(expected(summary.quality.mean));
        expect(mean(rows.truth)).toEqual(expected(summary.truth.f1));
        expect(values(rows.failedChecks as never).reduce((sum, x) => sum + x, 0)).toBe(
          summary.checks.total - summary.checks.passed,
        );
      }
    }
  });
});

describe('filterRows', () => {
  const rows = handmade();
  const ids = (filter: Parameters<typeof filterRows>[1]) => [...filterRows(rows, filter)].map((i) => rows.samples[i]);

  it('keeps all without a condition, in their order', () => {
    expect(ids({})).toEqual(rows.samples);
    expect(ids({ text: '', task: null, maxQuality: null, onlyErrors: false })).toEqual(rows.samples);
  });

  it('knows task, tag, file and part of the id', () => {
    expect(ids({ task: 'qa' })).toEqual(['q/One', 'four']);
    expect(ids({ tag: 'hard' })).toEqual(['q/One', 'Three']);
    expect(ids({ file: 'x.csv' })).toEqual(['q/One', 'q/two']);
    expect(ids({ text: 'Q/' })).toEqual(['q/One', 'q/two']);
    expect(ids({ text: 'three' })).toEqual(['Three']);
    // A name that the run does not have is not that of samples without one.
    for (const filter of [{ task: 'no' }, { file: 'no' }, { tag: 'no' }]) expect(ids(filter)).toEqual([]);
  });

  it('asks about the models that are shown, or the one', () => {
    expect(ids({ onlyErrors: true })).toEqual(['q/two']);
    expect(ids({ onlyErrors: true, models: ['b'] })).toEqual([]);
    expect(ids({ onlyFailedChecks: true })).toEqual(['q/One', 'Three']);
    expect(ids({ onlyFailedChecks: true, model: 'a' })).toEqual(['q/One']);
    expect(ids({ maxQuality: 4.5 })).toEqual(['q/two', 'Three']);
    expect(ids({ maxQuality: 5, models: ['a'] })).toEqual(['q/two']);
    expect(ids({ minDisagreement: 2 })).toEqual(['q/One']);
    expect(ids({ minDisagreement: 2.01 })).toEqual([]);
    expect(ids({ minDisagreement: 0, models: ['a'] })).toEqual([]);
    expect(ids({ minDisagreement: 1, model: 'b', maxQuality: 5 })).toEqual(['q/One']);
  });
});

describe('sortRows', () => {
  it('agrees with a stable sort by objects, unknown last either way', () => {
    const quality = fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 4 }), fc.constant(-0));
    const by = fc.constantFrom<Exclude<RowSort, 'file'>>('disagreement', 'lowest', 'latency', 'truth', {
      model: 'b',
      by: 'quality',
    });
    const cell = fc.tuple(quality, quality, quality);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 40 }),
        by,
        fc.boolean(),
        fc.constantFrom<string[] | undefined>(undefined, ['a', 'b'], ['c']),
        (cells, by, descending, shown) => {
          const rows = { ...handmade(), models: ['a', 'b', 'c'] };
          const flat = cells.flat();
          rows.quality = Float64Array.from(flat, (c) => c[0]);
          rows.truth = Float64Array.from(flat, (c) => c[1]);
          rows.latencyMs = Float64Array.from(flat, (c) => c[2]);
          const keyOf = (sample: number) => {
            const own = cells[sample]!.filter((_, m) => (shown ?? rows.models).includes(rows.models[m]!));
            const known = (which: 0 | 1 | 2) => own.map((c) => c[which]).filter((x) => !Number.isNaN(x));
            const [q, t, l] = [known(0), known(1), known(2)];
            if (typeof by === 'object') return cells[sample]![1][0];
            if (by === 'disagreement') return q.length < 2 ? Number.NaN : Math.max(...q) - Math.min(...q);
            const values = by === 'lowest' ? q : by === 'truth' ? t : l;
            if (values.length === 0) return Number.NaN;
            return by === 'latency' ? Math.max(...values) : Math.min(...values);
          };
          // Every third is filtered out, the rest comes in another order than the run's.
          const indices = cells.map((_, i) => cells.length - 1 - i).filter((i) => i % 3 !== 0);
          const expected = [...indices].sort((x, y) => {
            const [a, b] = [keyOf(x), keyOf(y)];
            if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
            return descending ? b - a : a - b;
          });
          expect([...sortRows(rows, Uint32Array.from(indices), by, descending, shown)]).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('by file goes by line within a file', () => {
    const rows = handmade();
    rows.file = Int32Array.of(1, 0, 1, 0);
    rows.line = Uint32Array.of(7, 12, 3, 2);
    const order = (descending: boolean) => [...sortRows(rows, Uint32Array.of(0, 1, 2, 3), 'file', descending)];
    expect(order(false)).toEqual([3, 1, 2, 0]);
    expect(order(true)).toEqual([0, 2, 1, 3]);
  });
});

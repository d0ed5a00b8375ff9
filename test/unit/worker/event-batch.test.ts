import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineEvent } from '../../../src/protocol/engine.ts';
import type { RunEvent } from '../../../src/protocol/run-events.ts';
import { EventBatch } from '../../../src/worker/engine/event-batch.ts';

const progress = (done: number): RunEvent => ({
  type: 'progress',
  progress: { label: 'm answers', done, total: 10, etaMs: null },
});
const generation = (sample: number, error?: string): RunEvent => ({
  type: 'generation',
  row: {
    sample: String(sample),
    model: 'm',
    repeat: 0,
    ...(error === undefined ? { text: 'private text' } : { error }),
    latencyMs: 1,
    ttftMs: null,
    decodeMs: null,
    queueMs: null,
    inputTokens: null,
    outputTokens: null,
    device: null,
    reused: false,
  },
});

describe('the events of a run', () => {
  const sent: EngineEvent[][] = [];
  let batch: EventBatch;
  beforeEach(() => {
    vi.useFakeTimers();
    sent.length = 0;
    batch = new EventBatch((events) => sent.push(events));
  });
  afterEach(() => vi.useRealTimers());

  it('are told together, progress only as it stands at the end', () => {
    batch.add({ type: 'loading', node: 'm', message: 'loading' });
    for (let i = 0; i < 5; i++) batch.add(progress(i));
    batch.add({ type: 'unusable', node: 'e', error: 'gone' });
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([
      [{ type: 'loading', node: 'm', message: 'loading' }, { type: 'unusable', node: 'e', error: 'gone' }, progress(4)],
    ]);
    batch.add(progress(5));
    batch.flush();
    expect(sent[1]).toEqual([progress(5)]);
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(2);
  });

  it('hold failures, at most a hundred of each model, and no texts', () => {
    for (let i = 0; i < 300; i++) {
      batch.add(generation(i));
      batch.add(generation(i, 'failed'));
    }
    batch.flush();
    expect(sent[0]).toHaveLength(100);
    expect(sent[0]!.every((event) => event.type === 'generation' && event.row.error === 'failed')).toBe(true);
    expect(JSON.stringify(sent)).not.toContain('private text');
  });

  it('that tell nothing are not sent', () => {
    batch.add(generation(1));
    batch.add({ type: 'check', row: { sample: '1', model: 'm', repeat: 0, check: 'c', pass: true } });
    vi.advanceTimersByTime(1000);
    batch.flush();
    expect(sent).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../../src/core/report/render/markdown.ts';
import { evaluator, model, summary } from './example.ts';

const lines = (text: string) => text.split('\n');

describe('Markdown', () => {
  test('the leaderboard and the sentence under it', () => {
    const text = renderMarkdown(summary());
    expect(text).toContain(
      '| 1 | medium | **0.61** (0.57–0.65) | 7.82 ±0.31 | 6.91 | 420 ms | 613 ms | 88 ms | 41.0 | 0.0181 | 0.34 | 88.3 | 0 |',
    );
    expect(text).toContain('- Ranks 2 and 3 (large and small) are not decided by this data');
    expect(text).toContain('- **failed**: p95 latency of large: 1,900 ms, wanted at most 1,500 ms');
    expect(text).toContain('percentile bootstrap, 2,000 resamples by sample, seed 1');
  });

  test('every table is rectangular, whatever the ids hold', () => {
    const id = 'a|b\nc <script>alert(1)</script> `x` [l](javascript:y) *b* \\|';
    const text = renderMarkdown(summary({ models: [model(id), model('b')], evaluators: [evaluator(id)] }));
    const tables = text.split('\n\n').filter((block) => block.startsWith('|'));
    expect(tables.length).toBeGreaterThanOrEqual(4);
    for (const table of tables) {
      const widths = lines(table).map((line) => line.replace(/\\\\/g, '').replace(/\\\|/g, '').split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
    expect(text).not.toMatch(/<script|[^\\]`|[^\\]\[l/);
    expect(text).toContain(
      'a\\|b c &lt;script&gt;alert(1)&lt;/script&gt; \\`x\\` \\[l\\](javascript:y) \\*b\\* \\\\\\|',
    );
  });

  test('a warning cannot begin a heading, a list or a quote', () => {
    const warnings = ['# big', '1. one', '- more', '> quoted', 'a\n\n# b', '\x1b[31m'];
    const told = lines(renderMarkdown(summary({ warnings })).split('## Warnings\n\n')[1]!).slice(0, 6);
    expect(told).toEqual([
      '- \\# big',
      '- 1\\. one',
      '- \\- more',
      '- &gt; quoted',
      '- a \\# b',
      '- \\\\u\\{1B\\}\\[31m',
    ]);
  });

  test('one task needs no table by task; nothing run is said with empty tables left out', () => {
    const byTask = { qa: { samples: 1, quality: { mean: 1, low: 0, high: 2 }, f1: 1 } };
    expect(renderMarkdown(summary({ models: [model('a', { byTask })] }))).not.toContain('## By task');
    const empty = renderMarkdown(summary({ models: [], evaluators: [], pairs: [], gates: [], warnings: [] }));
    expect(empty).toContain('0 models');
    expect(empty).not.toContain('|');
  });
});

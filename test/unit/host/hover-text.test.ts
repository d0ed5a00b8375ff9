import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleHover } from '../../../src/host/editor/hover-text.ts';
import { cut, fenced, inline } from '../../../src/host/editor/markdown.ts';
import { figuresOf, type Translate } from '../../../src/host/editor/score-text.ts';
import type { OutputDetail, SampleDetail } from '../../../src/protocol/reader.ts';

const t: Translate = (message, ...args) => message.replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)]));

test('a fence is longer than any run of backticks in its text', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('`', '``', '```', '\n', 'a', '~~~', '    '), { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      const lines = fenced(text, 1000).split('\n');
      const fence = /^`+/.exec(lines[0]!)![0];
      expect(lines.at(-1)).toBe(fence);
      // CommonMark: a closing fence is at least as long as the opening one.
      for (const line of lines.slice(1, -1))
        expect(/^ {0,3}`+\s*$/.test(line) && line.trim().length >= fence.length).toBe(false);
      expect(lines.slice(1, -1).join('\n')).toBe(text);
    }),
  );
});

test('inline texts hold nothing that Markdown reads', () => {
  expect(inline('[x](command:rm) `a` **b** <img src=x>')).not.toMatch(/(^|[^\\])[[`*<]/);
  expect(inline('a\n\n# b')).toBe('a \\# b');
});

test('cutting never splits a character of two units', () => {
  expect(cut('ab😀cd', 3)).toBe('ab…');
  expect(cut('ab😀cd', 4)).toBe('ab😀…');
  expect(cut('abc', 3)).toBe('abc');
});

const output = (model: string, text: string | null, error: string | null = null): OutputDetail => ({
  model,
  repeat: 0,
  text: text === null ? null : { text, cut: null },
  error,
  quality: text === null ? 0 : 7.8,
  truthF1: null,
  reward: 0.61,
  latencyMs: 420,
  ttftMs: null,
  inputTokens: null,
  outputTokens: null,
  device: null,
  reused: false,
  finish: 'stop',
  scores: [{ evaluator: 'sts', raw: 0.8, quality: 8, error: null, compared: 'reference' }],
  checks: [{ label: 'contains "x"', pass: false }],
});

test('a hover tells reference, figures, scores, checks and answers, and its only link is ours', () => {
  const evil = 'fine\n```\n[click](command:workbench.action.quit)\n<script>alert(1)</script>';
  const detail: SampleDetail = {
    id: 'a_b',
    task: 'qa',
    group: null,
    tags: [],
    messages: [],
    references: [
      { text: 'the *reference*', cut: null },
      { text: 'other', cut: null },
    ],
    unanswerable: false,
    source: { file: 'a.jsonl', line: 1 },
    outputs: [output('small', evil), output('big', null, 'refused [x](http://y)')],
  };
  const figures = figuresOf([
    {
      id: 'a_b',
      pass: true,
      minQuality: 5,
      models: ['big', 'small'].map((model) => ({
        model,
        quality: 7,
        latencyMs: 1,
        reward: model === 'small' ? 1 : 0,
        error: null,
        failedChecks: [],
        pass: true,
      })),
    },
  ])!;
  const text = sampleHover(detail, figures, { when: 'today', edited: true, link: 'command:poq.openSample?x' }, t);
  expect(text).toContain('**a\\_b** · qa · today');
  expect(text).toContain('Reference (and 1 more)\n```text\nthe *reference*\n```');
  expect(text).toContain(`\`\`\`\`text\n${evil}\n\`\`\`\``);
  expect(text).toContain('**small** · quality 7.8 · 420 ms · reward 0.61');
  expect(text).toContain('sts 8.0');
  expect(text).toContain('✗ contains "x"');
  expect(text).toContain('refused \\[x\\]');
  expect(text.indexOf('**small**')).toBeLessThan(text.indexOf('**big**'));
  const outside = text.replace(/````text[\s\S]*?\n````/g, '');
  expect(outside.match(/\]\((.*?)\)/g)).toEqual(['](command:poq.openSample?x)']);
});

import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output } from '../../../src/cli/output.ts';
import { createLines, createProgressView, describeProgress } from '../../../src/cli/progress.ts';

const progress = (label: string, done: number, etaMs: number | null = null) => ({ label, done, total: 200, etaMs });

/** Streams that keep what is written; stderr a terminal or not. */
function outputWith(isTTY: boolean) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => {
    const through = new PassThrough();
    through.on('data', (chunk) => {
      written[name] += chunk;
    });
    return Object.assign(through, { isTTY, columns: 120, getWindowSize: () => [120, 40] }) as never;
  };
  return { output: new Output(stream('stdout'), stream('stderr'), { NO_COLOR: '1' }), written };
}

describe('describeProgress', () => {
  it('tells what, how far and the time left', () => {
    expect(describeProgress(progress('small answers', 50, 12_000))).toBe('25 % (50/200), 12.0 s left: small answers');
  });
  it('leaves out a time that is not known, and takes nothing to do as done', () => {
    expect(describeProgress(progress('small answers', 0))).toBe('0 % (0/200): small answers');
    expect(describeProgress({ label: 'x', done: 0, total: 0, etaMs: null })).toBe('100 % (0/0): x');
  });
  it('never claims to be complete too early, and shows no control characters', () => {
    expect(describeProgress(progress('a\u001b[31mb', 199))).toMatch(/^99 % .*a\\u\{1B\}\[31mb$/);
  });
});

describe('progress without a terminal', () => {
  it('writes a line per phase and then one every five seconds', () => {
    let time = 0;
    const lines: string[] = [];
    const view = createLines({ note: (line) => lines.push(line) }, () => time);
    for (let done = 0; done < 120; done++) {
      view.update(progress('small answers', done));
      time += 100; // 12 seconds in all
    }
    view.update(progress('large answers', 121));
    expect(lines).toEqual([
      '0 % (0/200): small answers',
      '25 % (50/200): small answers',
      '50 % (100/200): small answers',
      '60 % (121/200): large answers',
    ]);
  });

  it('stays quiet when phases change faster than anyone reads', () => {
    const lines: string[] = [];
    const view = createLines({ note: (line) => lines.push(line) }, () => 0);
    for (let i = 0; i < 50; i++) view.say(`model ${i}`, 'loading');
    expect(lines).toEqual(['model 0: loading']);
  });

  it('writes nothing at all with --quiet', async () => {
    const { output, written } = outputWith(true);
    const view = await createProgressView(output, true);
    view.update(progress('small answers', 10));
    view.say('small', 'loading');
    view.stop();
    expect(written).toEqual({ stdout: '', stderr: '' });
  });
});

describe('progress on a terminal', () => {
  it('keeps lines that are written while the bar stands, also the last ones', async () => {
    const { output, written } = outputWith(true);
    const view = await createProgressView(output, false);
    output.note('before the bar');
    view.update(progress('small answers', 10, 3000));
    output.note('while the bar stands');
    view.stop();
    output.note('after the bar');
    await output.flush();
    const [before, during, after] = ['before the bar\n', 'while the bar stands\n', 'after the bar\n'].map((line) =>
      written.stderr.indexOf(line),
    );
    expect(before).toBeGreaterThanOrEqual(0);
    expect(during).toBeGreaterThan(before!);
    expect(after).toBeGreaterThan(during!);
    expect(written.stderr).toContain('10/200 3.00 s left small answers');
    expect(written.stderr).toContain('\u001b[?25h'); // the cursor is back
    expect(written.stdout).toBe('');
  });

  it('ends cleanly when nothing was ever shown', async () => {
    const { output, written } = outputWith(true);
    const view = await createProgressView(output, false);
    view.stop();
    await output.flush();
    expect(written.stderr).toBe('');
  });
});

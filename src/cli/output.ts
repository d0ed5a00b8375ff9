import pc from 'picocolors';
import { visible } from '../core/report/render/visible.ts';
import type { Diagnostic } from '../core/types.ts';

type Stream = NodeJS.WriteStream;

/** Where a command writes: results to stdout, everything else to stderr. */
export class Output {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Colours for stdout, and for stderr: each off where its stream is not a terminal. */
  readonly paint: ReturnType<typeof pc.createColors>;
  readonly paintError: ReturnType<typeof pc.createColors>;
  verbose = false;
  #lineSink: ((line: string) => void) | null = null;

  constructor(stdout: Stream, stderr: Stream, env: NodeJS.ProcessEnv) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.paint = pc.createColors(wantsColors(stdout, env));
    this.paintError = pc.createColors(wantsColors(stderr, env));
  }

  /** Columns that tables on stdout may take. */
  get width(): number {
    return this.stdout.columns || 100;
  }

  /** A result on stdout: one or more lines, the last line end left out. */
  print(text: string): void {
    this.stdout.write(`${text}\n`);
  }

  /** A result on stdout as it is. */
  write(text: string): void {
    this.stdout.write(text);
  }

  /** The one JSON object of `--json`. */
  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** A line on stderr; above the progress bar while there is one. Text that is not ours must be made visible() first. */
  note(text: string): void {
    if (this.#lineSink) this.#lineSink(text);
    else this.stderr.write(`${text}\n`);
  }

  /** A line on stderr that only `--verbose` shows. */
  verboseNote(text: string): void {
    if (this.verbose) this.note(text);
  }

  error(text: string): void {
    this.note(`${this.paintError.red('error:')} ${visible(text)}`);
  }

  warn(text: string): void {
    this.note(`${this.paintError.yellow('warning:')} ${visible(text)}`);
  }

  /** An error nobody foresaw: one line, and with --verbose where it came from. */
  failure(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.verbose && error instanceof Error && error.stack) this.error(error.stack);
    else this.error(`${message} (--verbose shows where this comes from)`);
  }

  /** `file:line: severity: message`. */
  diagnostic(d: Diagnostic): void {
    const place = d.file === undefined ? '' : `${visible(d.line === undefined ? d.file : `${d.file}:${d.line}`)}: `;
    const color = { error: this.paintError.red, warning: this.paintError.yellow, info: this.paintError.cyan }[
      d.severity
    ];
    this.note(`${place}${color(`${d.severity}:`)} ${visible(d.message)}`);
  }

  /** Sends lines for stderr elsewhere while a progress bar holds the terminal; null ends that. */
  divertLines(sink: ((line: string) => void) | null): void {
    this.#lineSink = sink;
  }

  /** Resolves once both streams have handed over what was written. */
  async flush(): Promise<void> {
    await Promise.all([this.stdout, this.stderr].map((s) => new Promise((done) => s.write('', () => done(undefined)))));
  }
}

/** https://no-color.org and https://force-color.org; else colours on terminals that know them. */
function wantsColors(stream: Stream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return Boolean(stream.isTTY) && env.TERM !== 'dumb';
}

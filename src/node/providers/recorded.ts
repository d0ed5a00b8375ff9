import { type FileHandle, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { RecordedModelConfig } from '../../core/config.ts';
import type { Diagnostic } from '../../core/types.ts';
import {
  type GenerateOutcome,
  type GenerateRequest,
  type LoadedInfo,
  type ModelNode,
  ModelUnusableError,
} from '../ports.ts';
import type { RecordedRow } from './recorded/row.ts';
import { RowIndex } from './recorded/row-index.ts';

/** Answers and timings that another system produced, from a JSONL file; nothing is run and nothing is measured. */
export function createRecordedNode(config: RecordedModelConfig, ctx: { root: string }): ModelNode {
  return new RecordedNode(config, ctx.root);
}

class RecordedNode implements ModelNode {
  readonly id: string;
  readonly lane: string;
  readonly concurrency = 64;
  readonly batchSize = 1;

  private file: FileHandle | null = null;
  private loading: Promise<RowIndex> | null = null;
  private index: RowIndex | null = null;

  constructor(
    private readonly config: RecordedModelConfig,
    private readonly root: string,
  ) {
    this.id = config.id;
    this.lane = `recorded:${config.id}`;
  }

  async load(signal: AbortSignal): Promise<LoadedInfo> {
    await this.rows(signal);
    return { device: 'recorded' };
  }

  async generate(
    requests: GenerateRequest[],
    signal: AbortSignal,
    onText?: (delta: string) => void,
  ): Promise<GenerateOutcome[]> {
    const rows = await this.rows(signal);
    return Promise.all(
      requests.map(async ({ sampleId, repeat }) => {
        const row = await rows.find(sampleId, repeat);
        if (row?.text) onText?.(row.text);
        return row === null ? this.missing(sampleId, repeat) : outcomeOf(row);
      }),
    );
  }

  warnings(samples: ReadonlySet<string> | null): Diagnostic[] {
    if (this.index === null) return [];
    return samples === null ? this.index.problems : [...this.index.problems, ...this.index.unused(samples)];
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
    this.loading = null;
  }

  private rows(signal: AbortSignal): Promise<RowIndex> {
    signal.throwIfAborted();
    this.loading ??= this.read(signal).catch(async (error) => {
      await this.close();
      throw error;
    });
    return this.loading;
  }

  private async read(signal: AbortSignal): Promise<RowIndex> {
    this.file = await this.open();
    const index = await RowIndex.build(this.file, this.config.file.replaceAll('\\', '/'), signal);
    if (index.size === 0) {
      const first = index.problems[0];
      const why = first === undefined ? 'it is empty' : `line ${first.line}: ${first.message}`;
      throw this.unusable(`holds no recorded answer (${why})`);
    }
    this.index = index;
    return index;
  }

  private async open(): Promise<FileHandle> {
    const file = path.resolve(this.root, this.config.file);
    if (!isInside(this.root, file)) throw this.unusable('is outside the workspace; move it inside');
    try {
      if (!isInside(await realpath(this.root), await realpath(file))) {
        throw this.unusable('is a link that leads outside the workspace; move the file inside');
      }
      const handle = await open(file, 'r');
      if ((await handle.stat()).isFile()) return handle;
      await handle.close();
      throw this.unusable('is not a file');
    } catch (error) {
      if (error instanceof ModelUnusableError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw this.unusable('does not exist; check the path, which is relative to the config');
      if (code === 'EISDIR') throw this.unusable('is not a file');
      throw this.unusable(`cannot be read: ${message}`);
    }
  }

  private unusable(why: string): ModelUnusableError {
    return new ModelUnusableError(`model "${this.id}": ${this.config.file} ${why}.`);
  }

  private missing(sampleId: string, repeat: number): GenerateOutcome {
    const which = repeat === 0 ? `sample "${sampleId}"` : `repeat ${repeat} of sample "${sampleId}"`;
    return {
      error: `no recorded answer for ${which} in ${this.config.file}`,
      latencyMs: null,
      ttftMs: null,
      decodeMs: null,
      queueMs: null,
      inputTokens: null,
      outputTokens: null,
      device: 'recorded',
    };
  }
}

function outcomeOf(row: RecordedRow): GenerateOutcome {
  const ttftMs = row.ttftMs ?? null;
  const known = {
    latencyMs: row.latencyMs,
    ttftMs,
    decodeMs: row.decodeMs ?? (ttftMs === null || row.latencyMs === null ? null : Math.max(0, row.latencyMs - ttftMs)),
    queueMs: null,
    inputTokens: row.inputTokens ?? null,
    outputTokens: row.outputTokens ?? null,
    device: row.device ?? 'recorded',
    ...(row.finish === undefined ? {} : { finish: row.finish }),
  };
  return row.error !== undefined ? { ...known, error: row.error } : { ...known, text: row.text as string };
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

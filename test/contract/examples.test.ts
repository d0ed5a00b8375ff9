import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Diagnostic, Sample } from '../../src/core/types.ts';
import { loadWorkspace } from '../../src/node/config-file.ts';
import { openPromptFiles } from '../../src/node/prompt-files.ts';

/** The examples that a newcomer opens: they can be read without a complaint, and hold what the README says. */

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

async function read(example: string) {
  const workspace = await loadWorkspace(join(EXAMPLES, example, 'poq.config.json'), EXAMPLES);
  const complaints: Diagnostic[] = [...workspace.diagnostics];
  const samples: Sample[] = [];
  for await (const { sample } of openPromptFiles(workspace, (d) => complaints.push(d))) samples.push(sample);
  return { workspace, samples, complaints: complaints.filter((d) => d.severity !== 'info') };
}

function filesBelow(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), readFileSync(path, 'utf8')];
    }),
  );
}

describe('examples', () => {
  test('quickstart: 73 samples of two tasks in seven files, all with a reference', async () => {
    const { workspace, samples, complaints } = await read('quickstart');
    expect(complaints).toEqual([]);
    expect(samples).toHaveLength(73);
    expect(new Set(samples.map((s) => s.task))).toEqual(new Set(['qa', 'summarisation']));
    const files = new Set(samples.map((s) => s.source.file));
    expect(files.size).toBe(7);
    expect(new Set([...files].map((file) => extname(file))).size).toBeGreaterThanOrEqual(5);
    expect(samples.every((s) => s.references.length > 0)).toBe(true);
    expect(samples.some((s) => s.checks.length > 0)).toBe(true);
    expect(workspace.config.models.map((m) => m.provider)).toEqual(['onnx', 'onnx', 'onnx']);
    expect(workspace.config.reward.models.cost.normalize).toEqual({ budget: expect.any(Number) });
  });

  test('real-llms: the same prompts, and a recorded answer of every model to each of them', async () => {
    expect(filesBelow(join(EXAMPLES, 'real-llms', 'prompts'))).toEqual(
      filesBelow(join(EXAMPLES, 'quickstart', 'prompts')),
    );
    const { workspace, samples, complaints } = await read('real-llms');
    expect(complaints).toEqual([]);
    expect(workspace.config.reward.models.cost.normalize).toBe('minmax');
    const ids = samples.map((s) => s.id).sort();
    for (const model of workspace.config.models) {
      if (model.provider !== 'recorded') throw new Error(`${model.id} is not recorded`);
      const rows = readFileSync(join(workspace.root, model.file), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(rows.map((row) => row.sample).sort()).toEqual(ids);
      expect(rows.every((row) => typeof row.text === 'string' && row.latencyMs > 0)).toBe(true);
    }
  });
});

import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { programs } from '../../../esbuild.config.mjs';

const ENTRY = 'src/host/extension.ts';

/** What activation may evaluate beside our own modules. */
const PACKAGES = ['birpc'];
const NODE = /^node:(child_process|crypto|events|fs|fs\/promises|os|path|timers\/promises|url|util)$/;

describe("the editor's bundle", () => {
  let inputs: Metafile['inputs'];
  let output: Metafile['outputs'][string];
  /** Evaluated when the extension is loaded: what the entry reaches without a dynamic import. */
  const atOnce = new Set<string>();
  const outside = new Set<string>();

  beforeAll(async () => {
    const { metafile } = await build({
      ...programs().extension,
      absWorkingDir: fileURLToPath(new URL('../../../', import.meta.url)),
      metafile: true,
      write: false,
    });
    inputs = metafile!.inputs;
    output = Object.values(metafile!.outputs).find(({ entryPoint }) => entryPoint === ENTRY)!;
    const reach = (file: string) => {
      if (atOnce.has(file)) return;
      atOnce.add(file);
      for (const { path, kind, external } of inputs[file]!.imports) {
        if (kind === 'dynamic-import') continue;
        if (external) outside.add(path);
        else reach(path);
      }
    };
    reach(ENTRY);
  });

  it('evaluates one small package at activation, and no schema of the config', () => {
    expect(packagesOf(atOnce)).toEqual(PACKAGES);
    expect(atOnce).not.toContain('src/core/config.ts');
    // Reached, but later: otherwise nothing was looked at.
    expect(Object.keys(inputs)).toContain('src/core/config.ts');
    expect(packagesOf(Object.keys(inputs))).toContain('zod');
  });

  it('takes no HTTP and no worker threads of Node at activation', () => {
    expect([...outside].filter((name) => name !== 'vscode' && !NODE.test(name))).toEqual([]);
    expect(outside).toContain('vscode');
  });

  it('holds no model, HTTP or chart code, not even for later', () => {
    const held = packagesOf(Object.keys(output.inputs));
    expect(held.filter((name) => /transformers|onnxruntime|undici|^d3|preact|tokenizers/.test(name))).toEqual([]);
    expect(Object.keys(output.inputs).filter((file) => /^(webview|src\/(runner|worker|cli))\//.test(file))).toEqual([]);
  });

  it("holds one of zod's languages", () => {
    const languages = Object.keys(output.inputs).flatMap(
      (file) => /\/zod\/.*\/locales\/(.+)\.js$/.exec(file)?.[1] ?? [],
    );
    expect(languages.filter((name) => name !== 'index')).toEqual(['en']);
  });
});

function packagesOf(files: Iterable<string>): string[] {
  const names = [...files].flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

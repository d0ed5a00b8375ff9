import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { WorkerProcess, workerEnvironment } from '../../../src/node/worker-client/worker-process.ts';

describe('the environment of a background process', () => {
  const env = {
    PATH: '/bin',
    NODE_OPTIONS: '--require debugger.js',
    VSCODE_INSPECTOR_OPTIONS: '{}',
    VSCODE_PID: '1',
    ELECTRON_RUN_AS_NODE: '1',
    NODE_EXTRA_CA_CERTS: 'authority.pem',
    HTTPS_PROXY: 'http://proxy',
  };

  it("is the editor's, without what is meant for the editor's own processes", () => {
    expect(workerEnvironment(env, { node: '20' } as NodeJS.ProcessVersions)).toEqual({
      PATH: '/bin',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_EXTRA_CA_CERTS: 'authority.pem',
      HTTPS_PROXY: 'http://proxy',
    });
  });

  it("lets an editor's executable act as Node", () => {
    const electron = { node: '20', electron: '30' } as unknown as NodeJS.ProcessVersions;
    expect(workerEnvironment({}, electron)).toEqual({ ELECTRON_RUN_AS_NODE: '1' });
    expect(workerEnvironment({}, { node: '20' } as NodeJS.ProcessVersions)).toEqual({});
  });
});

describe('a background process', () => {
  it('gets the variables of its start, and what it writes reaches the log alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'poq-client-'));
    const file = join(folder, 'worker.mjs');
    // It answers as birpc does, once, and ends.
    writeFileSync(
      file,
      `process.on('message', ({ i }) => {
         const { FROM_HOST, NODE_OPTIONS } = process.env;
         process.send({ t: 's', i, r: [FROM_HOST, NODE_OPTIONS] }, () => {
           console.error('the reason of the end');
           process.exit(7);
         });
       });`,
    );
    vi.stubEnv('NODE_OPTIONS', '--no-warnings');
    const logged: string[] = [];
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const env = () => ({ FROM_HOST: 'yes' });
    const options = { file, host: {}, name: 'the process', log: (text: string) => void logged.push(text), env };
    const worker = new WorkerProcess<{ ask(): unknown }, object>(options, () => end());
    try {
      expect(await worker.call((api) => api.ask())).toEqual(['yes', undefined]);
      await ended;
      expect(logged).toEqual(['The process ended unexpectedly (exit code 7).\nthe reason of the end']);
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

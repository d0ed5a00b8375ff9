import { describe, expect, it } from 'vitest';
import { workerEnvironment } from '../../../src/node/worker-client/worker-process.ts';

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

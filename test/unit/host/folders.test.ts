import { basename } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const editor = { folders: [] as object[], settings: {} as Record<string, unknown> };
class Uri {
  constructor(readonly path: string) {}
  get fsPath() {
    return this.path;
  }
  toString() {
    return `file://${this.path}`;
  }
}
vi.mock('vscode', () => {
  const never = () => ({ dispose() {} });
  return {
    EventEmitter: class {
      event = never;
      dispose() {}
    },
    workspace: {
      get workspaceFolders() {
        return editor.folders;
      },
      getWorkspaceFolder: ({ path }: Uri) =>
        (editor.folders as { uri: Uri }[]).find(({ uri }) => path.startsWith(`${uri.path}/`)),
      getConfiguration: () => ({ get: (name: string) => editor.settings[name] }),
      onDidChangeWorkspaceFolders: never,
      onDidGrantWorkspaceTrust: never,
    },
  };
});
const { createFolders } = await import('../../../src/host/workspace/folders.ts');
const { proxyVariables } = await import('../../../src/host/workspace/proxy.ts');

const open = (...paths: string[]) => {
  editor.folders = paths.map((path) => ({ name: basename(path), uri: new Uri(path) }));
};

it('folders of one name are told apart by where they lie, wherever they are named', () => {
  const folders = createFolders();
  const names = () => folders.all().map(({ name }) => name);
  open('/home/a/prompts', '/home/b/prompts', '/home/other');
  expect(names()).toEqual(['prompts (a)', 'prompts (b)', 'other']);
  expect(folders.of(new Uri('/home/b/prompts/x.jsonl') as never).name).toBe('prompts (b)');
  open('/one/a/prompts', '/two/a/prompts');
  expect(names()).toEqual(['prompts (/one/a/prompts)', 'prompts (/two/a/prompts)']);
  open('/home/a/prompts');
  expect(names()).toEqual(['prompts']);
});

beforeEach(() => {
  vi.stubEnv('no_proxy', '');
  vi.stubEnv('NO_PROXY', 'intern.example');
});
afterEach(() => vi.unstubAllEnvs());

it("the editor's proxy goes to the processes, with the hosts that go past it", () => {
  editor.settings = { proxy: '', noProxy: ['x'] };
  expect(proxyVariables()).toEqual({});
  editor.settings = { proxy: 'http://proxy:8080', noProxy: ['gpu-box', '*.lan'] };
  expect(proxyVariables()).toMatchObject({
    https_proxy: 'http://proxy:8080',
    HTTP_PROXY: 'http://proxy:8080',
    no_proxy: 'gpu-box,*.lan,intern.example',
  });
  editor.settings = { proxy: 'http://proxy:8080' };
  expect(proxyVariables().NO_PROXY).toBe('intern.example');
});

/**
 * Who may import whom (docs/architecture.md): core nothing of ours; protocol core's types; node core and protocol;
 * runner, cli, worker and host core, protocol and node; webview core and protocol. Nobody imports runner, cli, worker,
 * host, webview.
 */
const room = (name) => `^src/${name}/`;
const only = (from, allowed) => ({
  name: `${from}-imports`,
  comment: `${from} may import only ${allowed.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: from === 'webview' ? '^webview/' : room(from) },
  to: {
    path: '^(src|webview)/',
    pathNot: [from === 'webview' ? '^webview/' : room(from), ...allowed.map(room)],
  },
});

module.exports = {
  forbidden: [
    only('core', []),
    only('protocol', ['core']),
    only('node', ['core', 'protocol']),
    only('runner', ['core', 'protocol', 'node']),
    only('cli', ['core', 'protocol', 'node']),
    only('worker', ['core', 'protocol', 'node']),
    only('host', ['core', 'protocol', 'node']),
    only('webview', ['core', 'protocol']),
    {
      name: 'protocol-takes-only-types-of-core',
      severity: 'error',
      from: { path: room('protocol') },
      to: { path: room('core'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-is-pure',
      comment: 'core runs anywhere: no Node, no vscode',
      severity: 'error',
      from: { path: room('core') },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-the-host-knows-vscode',
      severity: 'error',
      from: { pathNot: room('host') },
      to: { path: '^vscode$' },
    },
    {
      name: 'only-the-runner-loads-models',
      severity: 'error',
      from: { pathNot: room('runner') },
      to: { path: 'node_modules/(onnxruntime|@huggingface/transformers)' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$'] },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

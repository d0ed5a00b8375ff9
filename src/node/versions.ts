import manifest from '../../package.json' with { type: 'json' };

/** Versions of everything that a figure may depend on. */
export function productVersions(): Record<string, string> {
  return {
    poq: manifest.version,
    node: process.versions.node,
    '@huggingface/transformers': manifest.dependencies['@huggingface/transformers'],
    'onnxruntime-node': manifest.dependencies['onnxruntime-node'],
  };
}

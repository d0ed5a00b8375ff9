/**
 * The panel: one script and one style sheet for a browser.
 * @param {import('esbuild').BuildOptions} [options] instead of ours
 * @returns {import('esbuild').BuildOptions}
 */
export function webviewOptions(options = {}) {
  return {
    entryPoints: { panel: 'webview/main.tsx' },
    outdir: 'dist/webview',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  };
}

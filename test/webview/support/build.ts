import { build } from 'esbuild';
import { webviewOptions } from '../../../esbuild.webview.mjs';

/** The page that is tested is the one that is shipped. */
export default async function setup(): Promise<void> {
  await build(webviewOptions());
}

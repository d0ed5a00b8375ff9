import type { Browser } from 'playwright-core';
import { launchChromium } from '../../../scripts/vscode/chromium.mjs';

let launched: Promise<Browser> | undefined;

/** The one browser of all tests. It ends with this process. */
export function browser(): Promise<Browser> {
  launched ??= launchChromium();
  return launched;
}

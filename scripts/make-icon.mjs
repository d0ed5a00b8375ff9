/** Draws media/icon.png (128 x 128) from media/icon.svg:  node scripts/make-icon.mjs */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { launchChromium } from './vscode/chromium.mjs';
import { ROOT } from './vscode/paths.mjs';

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
await page.setContent(
  `<style>body { margin: 0 } svg { display: block }</style>${readFileSync(path.join(ROOT, 'media', 'icon.svg'), 'utf8')}`,
);
await page.screenshot({ path: path.join(ROOT, 'media', 'icon.png'), omitBackground: true });
await browser.close();

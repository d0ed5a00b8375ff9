/**
 * Shoots every view in every theme:  npm run screenshots -- FOLDER [THEME...] [VIEW...]
 * A view that cannot be shown is shot as it is and named at the end.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../test/host/support/bundle.mjs';
import { ROOT } from './vscode/paths.mjs';

const [folder, ...only] = process.argv.slice(2);
if (!folder) {
  console.error('Which folder? npm run screenshots -- FOLDER [THEME...] [VIEW...]');
  process.exit(1);
}
const shooting = await bundle('node', path.join(ROOT, 'test', 'host', 'screenshots', 'shoot.ts'));
const { shoot } = await import(pathToFileURL(shooting).href);
const failed = await shoot(path.resolve(folder), only);
for (const line of failed) console.error(line);
process.exit(failed.length > 0 ? 1 : 0);

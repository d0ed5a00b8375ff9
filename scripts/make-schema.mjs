/**
 * Writes schemas/poq.config.schema.json, from which editors complete and check poq.config.json, out of the one schema
 * in src/core/config.ts. With --check: fails when the file is not what the schema gives.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { z } from 'zod';

const root = new URL('../', import.meta.url);
const target = new URL('schemas/poq.config.schema.json', root);

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('src/core/config.ts', root))],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const source = Buffer.from(outputFiles[0].text).toString('base64');
const { configSchema } = await import(`data:text/javascript;base64,${source}`);

const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
const named = {
  $schema,
  $id: 'poq.config.schema.json',
  title: 'PoQ Lab workspace config',
  // Editors then take comments and trailing commas, as the product does.
  allowTrailingCommas: true,
  ...schema,
};
const text = `${JSON.stringify(named, null, 2)}\n`;

if (!process.argv.includes('--check')) await writeFile(target, text);
else {
  const current = await readFile(target, 'utf8').catch(() => '');
  if (current.replaceAll('\r\n', '\n') !== text) {
    console.error('schemas/poq.config.schema.json is out of date: run `npm run schema`.');
    process.exitCode = 1;
  }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const INSTALLED = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//;
/** A package that an installed package's own bundle contains: how bundlers mark where a piece came from. */
const EMBEDDED = /^\/\/ \S*node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm;

/**
 * The packages whose code is in bundles, in the order of their names.
 * @param {string} root the repository, absolute: paths of the metafiles count from there
 * @param {import('esbuild').Metafile[]} metafiles
 * @param {string[]} copied names of packages that are shipped as they are
 * @returns {{name: string, version?: string, spdx?: string, by?: string, url?: string, text?: string}[]} `text`: the
 *   licence and notice files of the package, where it has some
 */
export function shippedPackages(root, metafiles, copied) {
  const folders = new Map(copied.map((name) => [name, path.join(root, 'node_modules', name)]));
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const found = bytesInOutput > 0 && INSTALLED.exec(file);
        if (!found) continue;
        folders.set(found[2], path.join(root, found[1]));
        for (const [, name] of readFileSync(path.join(root, file), 'utf8').matchAll(EMBEDDED)) {
          if (!folders.has(name)) folders.set(name, path.join(root, 'node_modules', name));
        }
      }
    }
  }
  return [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, folder]) => readPackage(name, folder));
}

function readPackage(name, folder) {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return { name };
  const { version, license, author, repository, homepage } = JSON.parse(readFileSync(file, 'utf8'));
  const texts = readdirSync(folder)
    .filter((entry) => /^(licen[cs]e|notices?|copying|copyright)/i.test(entry))
    .sort()
    .map((entry) => readFileSync(path.join(folder, entry), 'utf8').replace(/\r\n/g, '\n').trim());
  return {
    name,
    version,
    spdx: typeof license === 'string' ? license : license?.type,
    by: typeof author === 'string' ? author : author?.name,
    url: homepage ?? (typeof repository === 'string' ? repository : repository?.url),
    text: texts.length > 0 ? texts.join('\n\n') : undefined,
  };
}

/** ThirdPartyNotices.txt: each package with its licence, or what is known of it. */
export function noticesText(packages) {
  const parts = packages.map(({ name, version, spdx, by, url, text }) => {
    const title = [name, version].filter(Boolean).join(' ');
    const known = [spdx ? `Licence: ${spdx}` : 'Licence: see the package', by && `By: ${by}`, url].filter(Boolean);
    return `${'-'.repeat(80)}\n${title}\n${known.join('\n')}\n\n${text ?? 'The package brings no licence text of its own.'}\n`;
  });
  return `PoQ Lab contains code of these packages. The sentence encoder in models/sts has its own LICENSE and NOTICE there.
onnxruntime is built of further components, which it lists in its source (ThirdPartyNotices.txt of
https://github.com/microsoft/onnxruntime at the version named below).

${parts.join('\n')}
${'-'.repeat(80)}
The MIT licence, for packages above that name it and bring no text:

${MIT}`;
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

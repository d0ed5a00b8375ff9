import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { CACHE, ROOT, workFolder } from './paths.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const INSTALLED = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/**
 * A headless Chromium driven by Playwright: the one that `CHROMIUM` names, else one installed on the machine, else the
 * one inside the npm package @sparticuz/chromium (Linux x64).
 * @param {import('playwright-core').LaunchOptions} [options] passed on to Playwright; `args` are added to our flags
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws {Error} naming what to set when no browser can be had or it does not start
 */
export async function launchChromium(options = {}) {
  const { executable, env } = findChromium();
  try {
    return await chromium.launch({
      executablePath: executable,
      headless: true,
      ...options,
      args: [...FLAGS, ...(options.args ?? [])],
      env: { ...process.env, ...env },
    });
  } catch (error) {
    throw new Error(
      `Chromium (${executable}) does not start; set CHROMIUM to a Chromium or Chrome that does.\n${error.message}`,
    );
  }
}

function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM names ${named}, which does not exist.`);
    return { executable: named, env: {} };
  }
  const installed = (INSTALLED[process.platform] ?? []).find((file) => existsSync(file));
  if (installed) return { executable: installed, env: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return unpackChromium();
  throw new Error('No Chromium or Chrome was found; install one or set CHROMIUM to its executable.');
}

/**
 * The package unpacks itself straight to fixed names below the temporary folder, which a second process may find
 * half-written. Here it unpacks into a folder of this process that then gets its final name.
 */
function unpackChromium() {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@sparticuz/chromium');
  const packageFolder = entry
    .slice(0, entry.lastIndexOf(path.join('@sparticuz', 'chromium')))
    .concat('@sparticuz/chromium');
  const { version } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));
  const home = path.join(CACHE, `chromium-${version}`);
  if (!existsSync(home)) {
    const folder = workFolder('chromium');
    const script = "import('@sparticuz/chromium').then((m) => m.default.executablePath())";
    // The pretended Lambda makes it unpack the system libraries too that a bare machine lacks (NSS and its like).
    const unpacked = spawnSync(process.execPath, ['-e', script], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
      encoding: 'utf8',
    });
    if (unpacked.status !== 0) {
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`@sparticuz/chromium could not be unpacked: ${unpacked.stderr.slice(-1000)}`);
    }
    try {
      renameSync(folder, home);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      if (!existsSync(home)) throw error; // another process was faster
    }
  }
  const systemHasFonts = existsSync('/etc/fonts/fonts.conf');
  // The system's own libraries come first; the package's fill in what is missing.
  const libraries = [
    '/lib/x86_64-linux-gnu',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib64',
    path.join(home, 'al2023', 'lib'),
  ];
  return {
    executable: path.join(home, 'chromium'),
    env: {
      LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, ...libraries].filter(Boolean).join(':'),
      ...(systemHasFonts ? {} : { FONTCONFIG_PATH: path.join(home, 'fonts') }),
    },
  };
}

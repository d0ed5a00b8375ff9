import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { launchChromium } from '../../../scripts/vscode/chromium.mjs';
import { CACHE, ROOT } from '../../../scripts/vscode/paths.mjs';
import { showWorkbench, startServer, writeSettings } from '../../../scripts/vscode/server.mjs';
import { copyQuickstart } from './workspaces.mjs';

/**
 * Runs one suite inside the extension host of a fresh VS Code: its own user data, its own temporary workspace.
 * @param {object} options
 * @param {import('../../../scripts/vscode/obtain.mjs').VSCode} options.vscode
 * @param {string} options.name the suite's name
 * @param {string} options.entry bundle of mocha-in-host.ts
 * @param {string} options.suite bundle of the suite
 * @param {import('./launch.ts').Launch} options.launch
 * @param {string} [options.grep] only tests whose title matches
 * @param {boolean} [options.verbose] show what the extension host logs
 * @returns {Promise<{ran?: string, rows: object[], problem?: string, logs?: string}>} the tests' rows in order; `problem`
 *   tells why a run cannot be believed; `logs` is a folder with VS Code's logs, kept when something failed
 */
export async function runInHost({ vscode, name, entry, suite, launch, grep, verbose }) {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'poq-host-')));
  const results = path.join(home, 'results.jsonl');
  const workspace = path.join(home, 'workspace');
  const development = [ROOT, ...(launch.extensions ?? []).map((folder) => path.join(ROOT, folder))];
  try {
    mkdirSync(workspace);
    const open = await (launch.workspace ?? copyQuickstart)(workspace);
    const env = { ...launch.env, POQ_TEST_ROOT: ROOT, POQ_TEST_SUITE: suite, POQ_TEST_RESULTS: results };
    if (grep) env.POQ_TEST_GREP = grep;
    const start = vscode.kind === 'web' ? runWeb : runDesktop;
    const timeoutMs = launch.timeoutMs ?? 300_000;
    const problem = await start({ vscode, home, open, development, entry, env, launch, timeoutMs, verbose });

    const rows = existsSync(results) ? readRows(results) : [];
    const outcome = {
      ran: rows.find((row) => row.ran)?.ran,
      rows: rows.filter((row) => row.pass || row.fail || row.skipped),
    };
    const failed = outcome.rows.some((row) => row.fail);
    if (!rows.some((row) => row.end)) {
      outcome.problem = problem ?? 'the extension host ended without a result';
    } else if (problem && !failed) {
      outcome.problem = problem;
    } else if (!grep && !outcome.rows.some((row) => row.pass) && !failed) {
      outcome.problem = 'no test ran';
    }
    if (outcome.problem || failed) outcome.logs = keepLogs(home, name);
    return outcome;
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** In the browser-based VS Code. @returns what went wrong, or undefined */
async function runWeb({ vscode, home, open, development, entry, env, launch, timeoutMs, verbose }) {
  writeSettings(path.join(home, 'data'), launch.settings);
  const server = await startServer({ web: vscode.web, home, trust: launch.trust, env });
  const browser = await launchChromium().catch(async (error) => {
    await server.stop();
    throw error;
  });
  let timer;
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    const ended = new Promise((resolve) => {
      page.on('crash', () => resolve('the page of the window crashed'));
      server.exited.then((code) => resolve(`VS Code's server ended (${code})`));
      timer = setTimeout(() => resolve(`no result after ${timeoutMs / 1000} s`), timeoutMs);
      page
        .exposeFunction('codeAutomationExit', (code) =>
          resolve(code === 0 ? undefined : `tests ended with code ${code}`),
        )
        .catch((error) => resolve(error.message));
    });
    await page.exposeFunction('codeAutomationLog', (_type, args) => {
      if (verbose) console.log(`    | ${format(...args)}`);
    });
    await showWorkbench(page, { port: server.port, open, development, tests: entry });
    const problem = await ended;
    if (problem) {
      mkdirSync(path.join(home, 'data', 'logs'), { recursive: true });
      await page.screenshot({ path: path.join(home, 'data', 'logs', 'window.png'), timeout: 5000 }).catch(() => {});
    }
    return problem;
  } finally {
    clearTimeout(timer);
    await browser.close();
    await server.stop();
  }
}

/** In a desktop VS Code. @returns what went wrong, or undefined */
function runDesktop({ vscode, home, open, development, entry, env, launch, timeoutMs, verbose }) {
  writeSettings(path.join(home, 'data'), launch.settings);
  const args = [...(open ? [open] : ['--new-window']), '--no-sandbox', '--disable-gpu-sandbox', '--disable-updates'];
  args.push('--skip-welcome', '--skip-release-notes', `--user-data-dir=${path.join(home, 'data')}`);
  args.push(`--extensions-dir=${path.join(home, 'extensions')}`, `--extensionTestsPath=${entry}`);
  args.push(...development.map((folder) => `--extensionDevelopmentPath=${folder}`));
  if (launch.trust !== false) args.push('--disable-workspace-trust');
  // A VS Code that started us (a terminal inside it) must not tell the new one how to behave.
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !key.startsWith('VSCODE_') && !key.startsWith('ELECTRON_')),
  );
  return new Promise((resolve) => {
    const child = spawn(vscode.executable, args, { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(`no result after ${timeoutMs / 1000} s`);
    }, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => verbose && process.stdout.write(String(data).replace(/^/gm, '    | ')));
    }
    child.on('error', (error) => resolve(`${vscode.executable} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(code === 0 ? undefined : `VS Code ended with ${code ?? signal}`);
    });
  });
}

/** The JSON lines of a file; a line torn by a dying host is left out. */
function readRows(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line ? [JSON.parse(line)] : [];
      } catch {
        return [];
      }
    });
}

function keepLogs(home, name) {
  const logs = path.join(home, 'data', 'logs');
  if (!existsSync(logs)) return undefined;
  const kept = path.join(CACHE, 'failed', name);
  rmSync(kept, { recursive: true, force: true });
  cpSync(logs, kept, { recursive: true });
  return kept;
}

import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CACHE, ROOT, workFolder } from './paths.mjs';

const LOCKED = path.join(ROOT, 'scripts', 'vscode', 'web');

/**
 * The browser-based VS Code, installed from npm when it is not there yet: VS Code's own server and workbench as
 * code-server packages them, under the Node they are made for. No install script runs, so nothing is compiled and no
 * particular Node is needed to install; what is left out that way (native logging, Kerberos, SQLite) is not missed.
 * The folder gets its final name only when everything is in it, so an interrupted install leaves nothing half-done and
 * two installs at once do no harm.
 * @param {(line: string) => void} say where progress goes
 * @returns {Promise<{node: string, server: string, version: string, commit: string}>} Node's executable, the server's
 *   main module, VS Code's version and commit
 * @throws {Error} on a platform it does not exist for, or when npm fails
 */
export async function installWeb(say) {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      `The browser-based VS Code can be installed on Linux (x64, arm64) only, this is ${process.platform}-${process.arch}. ` +
        'Install VS Code and set VSCODE_EXECUTABLE to its executable.',
    );
  }
  const { dependencies } = JSON.parse(readFileSync(path.join(LOCKED, 'package.json'), 'utf8'));
  const name = `code-server-${dependencies['code-server']}`;
  const home = path.join(CACHE, name);
  if (!existsSync(home)) {
    say(
      `Installing the browser-based VS Code (${name}) from npm into ${path.relative(ROOT, home)}; once, about a minute`,
    );
    const folder = workFolder(name);
    try {
      for (const file of ['package.json', 'package-lock.json']) {
        copyFileSync(path.join(LOCKED, file), path.join(folder, file));
      }
      await npm(['ci'], folder);
      const vscode = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
      // Its shrinkwrap lacks an entry, which `npm ci` refuses; `npm install` follows the rest of it.
      await npm(['install', '--omit=dev'], vscode);
      await npm(['install', '--omit=dev'], path.join(vscode, 'extensions'));
      // 220 MB that no test needs: the Copilot extension and the runtimes of coding agents.
      for (const unused of ['extensions/copilot', 'node_modules/@github', 'node_modules/@microsoft/mxc-sdk']) {
        rmSync(path.join(vscode, unused), { recursive: true, force: true });
      }
      try {
        renameSync(folder, home);
      } catch (error) {
        if (!existsSync(home)) throw error; // another process was faster
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const vscode = path.join(home, 'node_modules', 'code-server', 'lib', 'vscode');
  const product = JSON.parse(readFileSync(path.join(vscode, 'product.json'), 'utf8'));
  const { version } = JSON.parse(readFileSync(path.join(vscode, 'package.json'), 'utf8'));
  return {
    node: path.join(home, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node'),
    server: path.join(vscode, 'out', 'server-main.js'),
    version,
    commit: product.commit ?? 'unknown',
  };
}

/** Runs npm without install scripts; its output is shown only when it fails. */
function npm(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      // Settings of an npm that runs us (its own prefix, the outer package's scripts) are not for this install.
      env: Object.fromEntries(
        Object.entries(process.env).filter(
          ([key]) => !/^npm_(package|lifecycle|config_(prefix|local_prefix))/.test(key),
        ),
      ),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(
            new Error(
              `The browser-based VS Code could not be installed: \`npm ${args.join(' ')}\` failed (${code}). ` +
                `Is the npm registry reachable?\n${output.trim().slice(-2000)}`,
            ),
          ),
    );
  });
}

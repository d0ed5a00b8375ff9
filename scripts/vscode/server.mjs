import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** Settings of a window that shows nothing but what is being tried. */
export const QUIET_SETTINGS = {
  'files.autoSave': 'off',
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

/** Writes the user settings below a user-data folder, for the desktop and the browser-based VS Code alike. */
export function writeSettings(userData, settings) {
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(
    path.join(userData, 'User', 'settings.json'),
    JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2),
  );
}

/**
 * Starts the server of the browser-based VS Code on a free port of the loopback interface.
 * @param {object} options
 * @param {{node: string, server: string}} options.web what installWeb() returned
 * @param {string} options.home folder for all that it keeps: `<home>/data` user data, `<home>/extensions` unless given
 * @param {string} [options.extensionsDir]
 * @param {boolean} [options.trust] false: workspace trust is on and folders begin as untrusted; default true (trust off)
 * @param {NodeJS.ProcessEnv} [options.env] added to the environment, undefined takes a variable away
 * @returns {Promise<{port: number, log: () => string, exited: Promise<number|null>, stop: () => Promise<void>}>}
 */
export async function startServer({
  web,
  home,
  extensionsDir = path.join(home, 'extensions'),
  trust = true,
  env = {},
}) {
  const args = [web.server, '--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  args.push('--accept-server-license-terms', '--telemetry-level', 'off', '--server-data-dir', home);
  args.push('--user-data-dir', path.join(home, 'data'), '--extensions-dir', extensionsDir);
  if (trust) args.push('--disable-workspace-trust');
  mkdirSync(extensionsDir, { recursive: true });

  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('VSCODE_')));
  const child = spawn(web.node, args, {
    env: { ...inherited, NODE_OPTIONS: undefined, ...env },
    cwd: home,
    detached: true, // a process group of its own, so that its extension hosts end with it
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    process.removeListener('exit', killGroup);
    killGroup();
    const late = setTimeout(() => killGroup('SIGKILL'), 3000);
    await exited;
    clearTimeout(late);
    killGroup('SIGKILL'); // what outlived its parent
  };
  const killGroup = (signal) => {
    try {
      process.kill(-child.pid, typeof signal === 'string' ? signal : 'SIGTERM');
    } catch {
      // it has ended
    }
  };
  process.once('exit', killGroup);

  const port = await new Promise((resolve, reject) => {
    const read = (data) => {
      log = (log + data).slice(-20_000);
      const found = /Web UI available at http:\/\/[^:]+:(\d+)/.exec(log);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => reject(new Error(`VS Code's server could not be started: ${error.message}`)));
    exited.then((code) => reject(new Error(`VS Code's server ended (${code}) before it listened:\n${log}`)));
    setTimeout(() => reject(new Error(`VS Code's server does not listen after a minute:\n${log}`)), 60_000).unref();
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { port, log: () => log, exited, stop };
}

/**
 * Installs an extension's package for the browser-based VS Code, as a user does.
 * @param {object} options
 * @param {{node: string, server: string}} options.web what installWeb() returned
 * @param {string} options.vsix
 * @param {string} options.extensionsDir where to; made when it is not there
 * @returns {Promise<string>} what it printed
 */
export async function installExtension({ web, vsix, extensionsDir }) {
  mkdirSync(extensionsDir, { recursive: true });
  const home = path.join(extensionsDir, '.server');
  const args = [web.server, '--install-extension', vsix, '--extensions-dir', extensionsDir, '--server-data-dir', home];
  const { stdout } = await promisify(execFile)(web.node, [...args, '--accept-server-license-terms'], {
    env: { ...process.env, NODE_OPTIONS: undefined },
    timeout: 120_000,
  });
  return stdout;
}

/**
 * Shows a folder (or a .code-workspace file, or an empty window) of a started server in a browser page, with
 * extensions under development loaded from their folders.
 * @param {import('playwright-core').Page} page
 * @param {object} options
 * @param {number} options.port
 * @param {string} [options.open] absolute path of the folder or workspace file
 * @param {string[]} [options.development] folders of extensions
 * @param {string} [options.tests] module whose `run()` the extension host calls
 */
export async function showWorkbench(page, { port, open, development = [], tests }) {
  const uri = (file) => ({
    $mid: 1,
    scheme: 'vscode-remote',
    authority: `127.0.0.1:${port}`,
    path: path.resolve(file),
  });
  // Hermetic: the page reaches nothing but the server.
  await page.route(
    (url) => /^https?:$/.test(url.protocol) && url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  // A built VS Code takes development options from its page's configuration only; extend that as it is read.
  await page.addInitScript(
    (options) => {
      const get = Element.prototype.getAttribute;
      Element.prototype.getAttribute = function (name) {
        const value = get.call(this, name);
        if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration') return value;
        const settings = JSON.parse(value);
        settings.developmentOptions = { ...settings.developmentOptions, ...options };
        return JSON.stringify(settings);
      };
    },
    { extensions: development.map(uri), extensionTestsPath: tests && uri(tests) },
  );
  await page.goto(workbenchUrl(port, open));
}

/** The address of a folder, a .code-workspace file or an empty window on a started server. */
export function workbenchUrl(port, open) {
  const kind = open?.endsWith('.code-workspace') ? 'workspace' : 'folder';
  return `http://127.0.0.1:${port}/?${new URLSearchParams(open ? { [kind]: path.resolve(open) } : { ew: 'true' })}`;
}

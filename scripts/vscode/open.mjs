/**
 * Opens a real VS Code with the extension as it is built:  node scripts/vscode/open.mjs [--home DIR] [FOLDER]
 * FOLDER is examples/quickstart unless given; --home is where a VS Code that we install keeps settings and state.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { hasDisplay, obtainVSCode } from './obtain.mjs';
import { CACHE, ROOT } from './paths.mjs';
import { startServer, workbenchUrl, writeSettings } from './server.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { home: { type: 'string' } } });
const folder = path.resolve(positionals[0] ?? path.join(ROOT, 'examples', 'quickstart'));
const home = path.resolve(values.home ?? path.join(CACHE, 'window'));
const say = (line) => console.log(line);

try {
  if (!existsSync(folder)) throw new Error(`There is no folder ${folder}.`);
  const code = installedCode();
  if (code) {
    await openInstalled(code);
  } else {
    const vscode = await obtainVSCode(say);
    if (vscode.kind === 'desktop') await openDesktop(vscode);
    else await openInBrowser(vscode);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** The `code` command, where it can open a window with an extension under development. */
function installedCode() {
  if (process.env.POQ_VSCODE === 'web' || process.env.VSCODE_EXECUTABLE || !hasDisplay()) return undefined;
  // In the terminal of a remote window `code` only passes on what to open to the window that is there.
  if (process.env.VSCODE_IPC_HOOK_CLI) return undefined;
  const asked = spawnSync('code', ['--version'], { shell: process.platform === 'win32', encoding: 'utf8' });
  return asked.status === 0 ? { version: asked.stdout.split('\n')[0].trim() } : undefined;
}

async function openInstalled({ version }) {
  say(`Opening the installed VS Code ${version} (\`code\`) with the extension from ${ROOT} on ${folder}`);
  const windows = process.platform === 'win32';
  const quote = (text) => (windows ? `"${text}"` : text);
  const args = ['--new-window', `--extensionDevelopmentPath=${ROOT}`, folder].map(quote);
  const child = spawn('code', args, { shell: windows, stdio: 'inherit' });
  const status = await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
  if (status !== 0) throw new Error(`\`code\` ended with ${status}.`);
}

async function openDesktop({ executable, how }) {
  say(`Opening the ${how} with the extension from ${ROOT} on ${folder}; this ends when its window is closed`);
  const userData = path.join(home, 'desktop');
  if (!existsSync(path.join(userData, 'User', 'settings.json'))) writeSettings(userData, {});
  const args = ['--new-window', '--skip-release-notes', '--no-sandbox', `--user-data-dir=${userData}`];
  args.push(`--extensions-dir=${path.join(home, 'desktop-extensions')}`, `--extensionDevelopmentPath=${ROOT}`, folder);
  const child = spawn(executable, args, { stdio: 'ignore' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill());
  await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
}

async function openInBrowser({ web, how }) {
  const userData = path.join(home, 'data');
  if (!existsSync(path.join(userData, 'User', 'settings.json'))) writeSettings(userData, {});
  const extensionsDir = path.join(home, 'extensions');
  registerExtension(extensionsDir);
  const server = await startServer({ web, home, extensionsDir });
  const url = workbenchUrl(server.port, folder);
  say(`Opened the ${how}`);
  say(`  extension from ${ROOT}`);
  say(`  workspace      ${folder}`);
  say(`  address        ${url}`);
  say('Ctrl-C ends it. After a change: `npm run build`, then reload the page.');
  openDefaultBrowser(url);
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (asked) return;
      asked = true;
      server.stop().then(() => process.exit(0));
    });
  }
  const status = await server.exited;
  if (!asked) throw new Error(`VS Code's server ended by itself (${status}):\n${server.log()}`);
}

/**
 * Enters the repository's folder among the installed extensions, so that any browser's window has it. (A window under
 * development, as a desktop VS Code has, would need a page of our own in the browser.)
 */
function registerExtension(extensionsDir) {
  const { publisher, name, version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const entry = {
    identifier: { id: `${publisher}.${name}` },
    version,
    location: { $mid: 1, path: ROOT, scheme: 'file' },
    metadata: { installedTimestamp: Date.now(), source: 'vsix' },
  };
  mkdirSync(extensionsDir, { recursive: true });
  const list = path.join(extensionsDir, 'extensions.json');
  const others = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  const kept = others.filter((other) => other.identifier?.id !== entry.identifier.id);
  writeFileSync(list, JSON.stringify([...kept, entry]));
}

/** Opens the default browser where there is one; that it could not is no error, the address is printed. */
function openDefaultBrowser(url) {
  if (!hasDisplay() || process.env.BROWSER === 'none') return;
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

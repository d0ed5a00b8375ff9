/**
 * Runs the in-editor tests:  node test/host/run.mjs [--grep TEXT] [--verbose] [NAME...]
 * NAME is a suite (test/host/NAME.suite.ts, Mocha inside the extension host of a real VS Code) or a story
 * (test/host/ui/NAME.story.ts, Mocha here, clicking in a real window). Without names everything runs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { hasDisplay, obtainVSCode } from '../../scripts/vscode/obtain.mjs';
import { CACHE, ROOT } from '../../scripts/vscode/paths.mjs';
import { bundle } from './support/bundle.mjs';
import { runInHost } from './support/host-run.mjs';
import { storyHooks } from './support/open-windows.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string' }, verbose: { type: 'boolean', default: false } },
});

const found = {
  suites: list(HERE, '.suite.ts'),
  stories: list(path.join(HERE, 'ui'), '.story.ts'),
};
const unknown = names.filter((name) => !found.suites.includes(name) && !found.stories.includes(name));
if (unknown.length > 0) fail(`No suite or story is called ${unknown.join(', ')}.\n${listing()}`);
const chosen = (name) => names.length === 0 || names.includes(name);
const suites = found.suites.filter(chosen);
const stories = found.stories.filter(chosen);

const { main } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
if (!main || !existsSync(path.join(ROOT, main))) fail('The extension is not built; run `npm run build` first.');

// A desktop VS Code needs a display; where one can be made, everything runs again inside it.
if (!hasDisplay() && process.env.POQ_VSCODE !== 'web' && spawnSync('xvfb-run', ['--help']).status === 0) {
  const again = spawnSync('xvfb-run', ['-a', process.execPath, ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

const failures = [];
process.once('exit', () => rmSync(path.join(CACHE, 'tests', String(process.pid)), { recursive: true, force: true }));
if (suites.length > 0) await runSuites();
if (stories.length > 0) await runStories();
if (failures.length > 0) fail(`\nFailed: ${failures.join(', ')}`);
process.exit(0);

async function runSuites() {
  const vscode = await obtainVSCode((line) => console.log(line));
  console.log(`Suites inside the extension host of: ${vscode.how}`);
  const entry = await bundle('host', path.join(HERE, 'support', 'mocha-in-host.ts'));
  for (const name of suites) {
    console.log(`\n  ${name}`);
    try {
      const launchFile = path.join(HERE, `${name}.launch.ts`);
      const launch = existsSync(launchFile) ? (await load(await bundle('node', launchFile))).default : {};
      const suite = await bundle('host', path.join(HERE, `${name}.suite.ts`));
      report(name, await runInHost({ vscode, name, entry, suite, launch, ...options }));
    } catch (error) {
      report(name, { rows: [], problem: error.message });
    }
  }
}

function load(file) {
  return import(pathToFileURL(file).href);
}

function report(name, { ran, rows, problem, logs }) {
  for (const row of rows) {
    if (row.pass) console.log(`    ✔ ${row.pass} (${row.ms} ms)`);
    else if (row.skipped) console.log(`    - ${row.skipped} (skipped)`);
    else console.log(`    ✘ ${row.fail}\n${row.error.replace(/^/gm, '        ')}`);
  }
  if (problem) console.log(`    ✘ ${problem}`);
  console.log(`    ran in ${ran ?? 'no VS Code'}`);
  if (logs) console.log(`    VS Code's logs: ${path.relative(ROOT, logs)}`);
  if (problem || rows.some((row) => row.fail)) failures.push(name);
}

async function runStories() {
  console.log('\nStories in the window of the browser-based VS Code');
  const mocha = new Mocha({ ui: 'bdd', timeout: 300_000, reporter: 'spec', rootHooks: storyHooks });
  if (options.grep) mocha.grep(options.grep);
  for (const name of stories) {
    try {
      mocha.addFile(await bundle('node', path.join(HERE, 'ui', `${name}.story.ts`)));
    } catch (error) {
      console.log(`  ✘ ${name}: ${error.message}`);
      failures.push(name);
    }
  }
  await mocha.loadFilesAsync();
  const ran = { tests: 0 };
  const failed = await new Promise((resolve) => {
    mocha.run(resolve).on('test end', () => ran.tests++);
  });
  if (failed > 0) failures.push(`${failed} of the stories`);
  if (ran.tests === 0) failures.push('the stories (none ran)');
}

function list(folder, ending) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

function listing() {
  return `Suites: ${found.suites.join(', ')}\nStories: ${found.stories.join(', ')}`;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { oneLine } from '../../core/report/render/visible.ts';
import { findGpu } from '../../node/detect/gpu.ts';
import { findPromptFiles } from '../../node/detect/prompt-files.ts';
import { type FoundServer, findServers, type ServerAddress, USUAL_SERVERS } from '../../node/detect/servers.ts';
import { CannotFinishError, InputError } from '../../node/errors.ts';
import { EXAMPLE_PROMPTS, proposeConfig } from '../../node/init/propose.ts';
import { bundledNames } from '../../node/init/propose-here.ts';
import { installedPlaces } from '../../node/installed-places.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';

export interface InitOptions {
  dir: string;
  force?: boolean;
  server?: string[];
}

/** A server that the user names is there, and may be far away or slow to wake. */
const NAMED_TIMEOUT_MS = 5000;

/** `poq init`: writes a config for what is there. An existing config is only overwritten with `--force`. */
export async function initCommand(options: InitOptions, output: Output): Promise<number> {
  const folder = resolve(options.dir);
  const file = join(folder, 'poq.config.json');
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw usage(`${folder} is not a folder.`);
  if (existsSync(file) && !options.force) {
    throw usage(`${file} exists already. Edit it, or overwrite it with: poq init --force`);
  }
  const addresses = options.server?.map(parseServer) ?? USUAL_SERVERS;
  const [servers, gpu, prompts] = await Promise.all([
    options.server ? findServers(addresses, NAMED_TIMEOUT_MS) : findServers(addresses),
    findGpu(),
    existsSync(folder) ? findPromptFiles(folder) : [],
  ]);

  const example = prompts.length === 0 ? join(folder, EXAMPLE_PROMPTS.file) : null;
  const written: string[] = [];
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      file,
      proposeConfig({ prompts, servers, bundled: bundledNames(installedPlaces(process.env).models) }),
    );
    written.push(file);
    if (example !== null && !existsSync(example)) {
      mkdirSync(dirname(example), { recursive: true });
      writeFileSync(example, EXAMPLE_PROMPTS.text);
      written.push(example);
    }
  } catch (error) {
    throw new CannotFinishError(`Cannot write to ${folder}: ${(error as Error).message}`);
  }

  const found = [
    ...addresses.map((address) =>
      describeServer(
        address,
        servers.find((s) => s.baseUrl === address.baseUrl),
      ),
    ),
    `GPU: ${gpu ?? 'none seen'}. "poq devices" tries each device.`,
    prompts.length > 0
      ? `Prompt files: ${prompts.map((p) => `${p.glob} (${p.files})`).join(', ')}`
      : 'Prompt files: none seen; three example questions are written.',
  ];
  output.print(`${output.paint.bold('Found')}\n${found.map((line) => `  ${oneLine(line)}`).join('\n')}\n`);
  output.print(`${output.paint.bold('Written')}\n${written.map((path) => `  ${path}`).join('\n')}\n`);
  const config = options.dir === '.' ? '' : ` --config ${JSON.stringify(join(options.dir, 'poq.config.json'))}`;
  output.print(
    `${output.paint.bold('Next')}\n  poq run --dry-run${config}    calls, tokens, money and time, before anything is spent`,
  );
  output.print(`  poq run${config}`);
  return EXIT.DONE;
}

function describeServer(address: ServerAddress, server: FoundServer | undefined): string {
  const name = `${address.name} at ${address.baseUrl}`;
  if (server === undefined) return `${name}: no answer`;
  if (server.needsKey) return `${name}: asks for a key`;
  return `${name}: ${server.models.length > 0 ? server.models.join(', ') : 'no model loaded'}`;
}

function parseServer(text: string): ServerAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw usage(`--server ${text}: not a URL. Expected something like http://127.0.0.1:8000/v1`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw usage(`--server ${text}: expected an http or https URL.`);
  }
  return { name: url.host, baseUrl: text.replace(/\/+$/, '') };
}

function usage(message: string): InputError {
  return new InputError([{ severity: 'error', message }]);
}

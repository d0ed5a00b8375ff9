import { existsSync } from 'node:fs';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { installWeb } from './install-web.mjs';
import { CACHE } from './paths.mjs';

const UNREACHABLE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ETIMEDOUT',
]);

/**
 * @typedef {object} VSCode a real VS Code that can be started
 * @property {'desktop' | 'web'} kind Electron's, or the server with a browser as its window
 * @property {string} how how it was obtained, for people
 * @property {string} [executable] desktop: the program
 * @property {Awaited<ReturnType<typeof installWeb>>} [web] web: Node, server, version
 */

/**
 * A real VS Code: what `VSCODE_EXECUTABLE` names, else a downloaded desktop one, else (download server out of reach, or
 * no display to show it on) the browser-based one from npm. `POQ_VSCODE=desktop` or `web` allows only that kind.
 * @param {(line: string) => void} say where progress and the reasons for a choice go
 * @returns {Promise<VSCode>}
 */
export async function obtainVSCode(say) {
  const wanted = process.env.POQ_VSCODE ?? '';
  if (!['', 'desktop', 'web'].includes(wanted)) throw new Error(`POQ_VSCODE is "${wanted}"; it can be desktop or web.`);
  if (wanted !== 'web') {
    const desktop = await desktopVSCode(say, wanted === 'desktop');
    if (desktop) return desktop;
  }
  const web = await installWeb(say);
  return { kind: 'web', how: `browser-based VS Code ${web.version}, from npm (code-server)`, web };
}

async function desktopVSCode(say, required) {
  const named = process.env.VSCODE_EXECUTABLE;
  if (named) {
    if (!existsSync(named)) throw new Error(`VSCODE_EXECUTABLE names ${named}, which does not exist.`);
    return { kind: 'desktop', how: 'desktop VS Code named by VSCODE_EXECUTABLE', executable: named };
  }
  const refuse = (reason) => {
    if (required) throw new Error(`A desktop VS Code was asked for (POQ_VSCODE=desktop), but ${reason}.`);
    say(`No desktop VS Code here: ${reason}; taking the browser-based one`);
    return undefined;
  };
  if (!hasDisplay()) return refuse('there is no display (xvfb-run would provide one)');
  try {
    const executable = await downloadAndUnzipVSCode({ version: 'stable', cachePath: CACHE, timeout: 15_000 });
    return { kind: 'desktop', how: 'downloaded desktop VS Code', executable };
  } catch (error) {
    if (!UNREACHABLE.has(codeOf(error)) && !/timed? ?out/i.test(String(error?.message))) throw error;
    return refuse(`its download server is out of reach (${codeOf(error) ?? error.message})`);
  }
}

/** Whether a window could be shown; everywhere but on Linux there is always a display. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function codeOf(error) {
  return error?.code ?? error?.cause?.code ?? error?.errors?.[0]?.code;
}

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../../scripts/vscode/chromium.mjs';
import { installWeb } from '../../../scripts/vscode/install-web.mjs';
import { ROOT } from '../../../scripts/vscode/paths.mjs';
import { showWorkbench, startServer, writeSettings } from '../../../scripts/vscode/server.mjs';
import { openWindows } from './open-windows.mjs';
import { Workbench } from './workbench.ts';

/** The built-in themes by what they are. */
export const THEMES = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;

export interface WindowOptions {
  /** Absolute path of the folder or .code-workspace file to open; undefined: an empty window. */
  folder?: string;
  /** False: workspace trust is on and the folder begins untrusted. Default true. */
  trust?: boolean;
  theme?: keyof typeof THEMES;
  settings?: Record<string, unknown>;
  /** CSS pixels. Default 1280 x 800. */
  viewport?: { width: number; height: number };
  /** Device pixels per CSS pixel of screenshots. Default 1. */
  scale?: number;
  reducedMotion?: boolean;
  /** A folder of installed extensions; with it, the extension under development is not loaded. */
  extensionsDir?: string;
  /** Further extensions under development, as folders relative to the repository's root. */
  extensions?: string[];
  /** Environment of the extension host, added to the inherited one; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
}

interface Session {
  /** Where VS Code keeps all that it keeps: settings, state, logs. */
  home: string;
  port: number;
  context: BrowserContext;
  development: string[];
  trust: boolean;
  end(): Promise<void>;
}

/**
 * Opens a window of the browser-based VS Code with the extension. Close it, or end the whole session with it, through
 * `close()`; windows of a story that failed are closed for it.
 */
export async function openWindow(options: WindowOptions = {}): Promise<VSCodeWindow> {
  const web = await installWeb((line) => console.log(line));
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'poq-window-')));
  writeSettings(path.join(home, 'data'), {
    'workbench.colorTheme': THEMES[options.theme ?? 'dark'],
    'window.autoDetectColorScheme': false,
    ...options.settings,
  });
  const { extensionsDir, trust = true, env } = options;
  const server = await startServer({ web, home, extensionsDir, trust, env });
  let browser: Browser | undefined;
  const end = async () => {
    await browser?.close();
    await server.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  try {
    browser = await launchChromium();
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1280, height: 800 },
      deviceScaleFactor: options.scale ?? 1,
      reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
      permissions: ['clipboard-read', 'clipboard-write'],
      acceptDownloads: true,
    });
    const development = extensionsDir ? [] : [ROOT];
    development.push(...(options.extensions ?? []).map((folder) => path.join(ROOT, folder)));
    const session = { home, port: server.port, context, development, trust, end };
    const window = await showWindow(session, options.folder);
    if (options.theme === 'hc-dark') await chooseTheme(window, 'Dark High Contrast', 'hc-black');
    if (options.theme === 'hc-light') await chooseTheme(window, 'Light High Contrast', 'hc-light');
    return window;
  } catch (error) {
    await end();
    throw error;
  }
}

/** As a user does: at its start the browser-based VS Code does not take such a theme from its settings. */
async function chooseTheme(window: VSCodeWindow, label: string, kind: string): Promise<void> {
  await window.runCommand('Preferences: Color Theme');
  await window.page.locator('.quick-input-widget input[type=text]').fill(label);
  await window.quickPick(new RegExp(`^${label}`));
  await window.page.locator(`.monaco-workbench.${kind}`).waitFor();
}

async function showWindow(session: Session, folder?: string): Promise<VSCodeWindow> {
  const page = await session.context.newPage();
  const { port, development } = session;
  await showWorkbench(page, { port, development, open: folder });
  const window = new VSCodeWindow(page, session, folder);
  openWindows.add(window);
  await window.ready();
  return window;
}

/** A window of our own VS Code: a workbench that can be doubled and closed. */
export class VSCodeWindow extends Workbench {
  readonly #session: Session;
  readonly folder: string | undefined;

  constructor(page: Page, session: Session, folder?: string) {
    super(page, session.trust);
    this.#session = session;
    this.folder = folder;
  }

  /** The folder with all that VS Code keeps: settings, state, logs. */
  get home(): string {
    return this.#session.home;
  }

  /** A second window beside this one, on the same folder or another, of the same VS Code. */
  async another(folder = this.folder): Promise<VSCodeWindow> {
    return showWindow(this.#session, folder);
  }

  /** Closes this window; with the last one VS Code ends. */
  async close(): Promise<void> {
    openWindows.delete(this);
    await this.page.close();
    if (this.#session.context.pages().length === 0) await this.#session.end();
  }
}

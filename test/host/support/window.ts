import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'mocha';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { launchChromium } from '../../../scripts/vscode/chromium.mjs';
import { installWeb } from '../../../scripts/vscode/install-web.mjs';
import { CACHE, ROOT } from '../../../scripts/vscode/paths.mjs';
import { showWorkbench, startServer, writeSettings } from '../../../scripts/vscode/server.mjs';

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
  port: number;
  context: BrowserContext;
  development: string[];
  trust: boolean;
  end(): Promise<void>;
}

const openWindows = new Set<VSCodeWindow>();

// A story that failed leaves a picture of each of its windows, and no window.
afterEach(async function () {
  const failed = this.currentTest?.state === 'failed';
  for (const window of [...openWindows]) {
    if (failed) {
      const file = path.join(CACHE, 'failed', `${this.currentTest?.fullTitle().replace(/[^\w-]+/g, '-')}.png`);
      await window.screenshot(file).then(
        () => console.log(`      window at that moment: ${path.relative(ROOT, file)}`),
        () => {},
      );
      await window.close();
    }
  }
});

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
    return await showWindow({ port: server.port, context, development, trust, end }, options.folder);
  } catch (error) {
    await end();
    throw error;
  }
}

async function showWindow(session: Session, folder?: string): Promise<VSCodeWindow> {
  const page = await session.context.newPage();
  page.setDefaultTimeout(30_000);
  const { port, development } = session;
  await showWorkbench(page, { port, development, open: folder });
  const window = new VSCodeWindow(page, session, folder);
  openWindows.add(window);
  await window.ready();
  return window;
}

/** A window of VS Code and what a user does in it. Everything waits for what it needs, with a limit. */
export class VSCodeWindow {
  readonly page: Page;
  readonly #session: Session;
  readonly #folder: string | undefined;

  constructor(page: Page, session: Session, folder?: string) {
    this.page = page;
    this.#session = session;
    this.#folder = folder;
  }

  /** Waits until the workbench is there and, in a trusted window, the palette knows the extension's commands. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await this.page.locator('[id="workbench.parts.statusbar"] .statusbar-item').first().waitFor({ timeout: 60_000 });
    if (!this.#session.trust) return;
    for (const deadline = Date.now() + 60_000; (await this.paletteLabels('PoQ: ')).length === 0; ) {
      if (Date.now() > deadline) throw new Error('The palette knows no command of PoQ after a minute.');
    }
  }

  /** A second window beside this one, on the same folder or another, of the same VS Code. */
  async another(folder = this.#folder): Promise<VSCodeWindow> {
    return showWindow(this.#session, folder);
  }

  /**
   * Runs a command through the palette; asked for again until it is there (extensions load late).
   * @param title as the palette shows it, category included: `PoQ: Open Results`
   */
  async runCommand(title: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      await this.openPalette(title);
      const row = this.palette(title).first();
      try {
        await row.waitFor({ timeout: 3000 });
        await row.click();
        return;
      } catch (error) {
        await this.page.keyboard.press('Escape');
        if (attempt === 9) throw new Error(`The palette has no command "${title}": ${(error as Error).message}`);
      }
    }
  }

  /** Opens the command palette and types. */
  async openPalette(text = ''): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await this.page.keyboard.press('F1');
    await input.waitFor({ state: 'visible', timeout: 10_000 });
    await input.fill(`>${text}`);
  }

  /** The rows of the palette or a quick pick with a label: exactly this text, or a match. */
  palette(label: string | RegExp): Locator {
    const exact = typeof label === 'string' ? new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) : label;
    return this.page
      .locator('.quick-input-widget .monaco-list-row')
      .filter({ has: this.page.locator('.quick-input-list-label, .label-name').filter({ hasText: exact }) });
  }

  /** The commands beginning with a text that the palette offers now (as far as its list shows them without scrolling). */
  async paletteLabels(text: string): Promise<string[]> {
    await this.openPalette(text);
    const rows = this.page.locator('.quick-input-widget .monaco-list-row .label-name');
    // The palette shows something for every text: what it found, or that it found nothing.
    await rows.first().waitFor({ timeout: 10_000 });
    const labels = await rows.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return labels.filter((label) => label.startsWith(text));
  }

  /** Picks a row of the quick pick that is open. */
  async quickPick(label: string | RegExp): Promise<void> {
    const row = this.palette(label).first();
    await row.waitFor({ timeout: 15_000 });
    await row.click();
  }

  /** Types into the input box that is open and confirms it. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input:visible');
    await input.waitFor({ timeout: 15_000 });
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the workspace by a part of its path, through Go to File. */
  async openFile(name: string): Promise<void> {
    const base = path.posix.basename(name);
    const tab = this.page.locator('.tabs-container .tab.active').filter({ hasText: base });
    for (let attempt = 0; ; attempt++) {
      await this.openPalette();
      await this.page.locator('.quick-input-widget input[type=text]').fill(name);
      try {
        const row = this.page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: base }).first();
        await row.waitFor({ timeout: 3000 });
        await row.click();
        await tab.waitFor({ timeout: 5000 });
        return;
      } catch (error) {
        await this.page.keyboard.press('Escape');
        if (attempt === 9) throw new Error(`Go to File does not find ${name}: ${(error as Error).message}`);
      }
    }
  }

  /** The text editor that is shown (the first, when several are). */
  editor(): Locator {
    return this.page.locator('.editor-instance .monaco-editor').first();
  }

  /** Types where the focus is. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Presses a key or a chord like `Control+S` where the focus is. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** The document inside the webview that is shown. */
  panel(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').last().frameLocator('iframe#active-frame');
  }

  /** Notifications (toasts) that are shown; narrow by `hasText`, buttons are links or buttons inside. */
  notifications(text?: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter(text ? { hasText: text } : {});
  }

  /** Presses a button of the modal dialog that is shown. */
  async dialogButton(label: string | RegExp): Promise<void> {
    await this.page.locator('.monaco-dialog-box .monaco-button').filter({ hasText: label }).first().click();
  }

  /** Writes a PNG of the window; the folder is made. */
  async screenshot(file: string): Promise<void> {
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, timeout: 15_000 });
  }

  /** Reloads the window as a user does with the browser's reload. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Closes this window; with the last one VS Code ends. */
  async close(): Promise<void> {
    openWindows.delete(this);
    await this.page.close();
    if (this.#session.context.pages().length === 0) await this.#session.end();
  }
}

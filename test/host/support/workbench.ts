import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';

/** A page that shows VS Code, and what a user does in it. Everything waits for what it needs, with a limit. */
export class Workbench {
  readonly page: Page;
  readonly #trusted: boolean;

  /** @param trusted whether commands of the extension can be expected in its palette */
  constructor(page: Page, trusted = true) {
    page.setDefaultTimeout(30_000);
    this.page = page;
    this.#trusted = trusted;
  }

  /** Waits until the workbench is there and, in a trusted window, the palette knows the extension's commands. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await this.page.locator('[id="workbench.parts.statusbar"] .statusbar-item').first().waitFor({ timeout: 60_000 });
    if (!this.#trusted) return;
    for (const deadline = Date.now() + 60_000; (await this.paletteLabels('PoQ: ')).length === 0; ) {
      if (Date.now() > deadline) throw new Error('The palette knows no command of PoQ after a minute.');
    }
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
    for (let attempt = 0; ; attempt++) {
      await this.page.keyboard.press('F1');
      try {
        await input.waitFor({ state: 'visible', timeout: 4000 });
        await input.fill(`>${text}`, { timeout: 4000 });
        return;
      } catch (error) {
        const dialog = this.page.locator('.monaco-dialog-box');
        if ((await dialog.count()) > 0) throw new Error(`A dialog is in the way: ${await dialog.innerText()}`);
        // A panel that came at that moment took the focus, and the palette went.
        if (attempt === 2) throw error;
      }
    }
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

  /**
   * Names a file in the dialog for opening or saving that is shown (that of a window in the browser: an input with the
   * path). An existing file is not overwritten: the dialog asks again.
   */
  async chooseFile(file: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]:visible');
    const dialog = this.page.locator('.quick-input-widget').filter({ hasText: /^(Open|Save)/ });
    await dialog.waitFor({ timeout: 15_000 });
    for (let attempt = 0; ; attempt++) {
      await input.fill(file);
      // It may still be on its way to the folder where it begins, and then forgets what was typed.
      await this.page.waitForTimeout(400);
      if ((await input.inputValue()) !== file) continue;
      await this.page.keyboard.press('Enter');
      try {
        await dialog.waitFor({ state: 'hidden', timeout: 3000 });
        return;
      } catch {
        if (attempt === 9) throw new Error(`The dialog does not take ${file}: ${await dialog.innerText()}`);
      }
    }
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
}

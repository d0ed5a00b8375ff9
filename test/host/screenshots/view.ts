import type { Locator } from 'playwright-core';
import type { VSCodeWindow } from '../support/window.ts';

/** A picture of the product: its file's name (the theme is added) and how a user gets there. */
export interface View {
  name: string;
  show(window: VSCodeWindow): Promise<void>;
  /** The mouse stays where `show` left it, over what has a hover. */
  hovers?: boolean;
  /** Puts the window back. */
  after?(window: VSCodeWindow): Promise<void>;
}

/** The mouse goes over an element's beginning and stays until what it brings up is there. */
export async function hover(window: VSCodeWindow, over: Locator): Promise<void> {
  const box = (await over.boundingBox())!;
  await window.page.mouse.move(box.x + 30, box.y + box.height / 2, { steps: 5 });
  await window.page.locator('.monaco-hover:visible').first().waitFor({ timeout: 10_000 });
}

/** Puts the cursor into the file that is open, lines and columns from 1. */
export async function goTo(window: VSCodeWindow, line: number, column: number): Promise<void> {
  await window.press('Control+G');
  await window.page.locator('.quick-input-widget input[type=text]').waitFor();
  await window.type(`${line}:${column}`);
  await window.press('Enter');
}

import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { browser } from './browser.ts';
import type { FakeHost } from './fake-host.ts';
import { panelUrl } from './server.ts';
import { type Theme, themeOf } from './themes.ts';
import { decodeInPage, encode } from './wire.ts';

export interface PanelPageOptions {
  theme?: Theme;
  width?: number;
  height?: number;
  reducedMotion?: boolean;
  /** What `getState` gives at first. */
  state?: unknown;
}

/** The panel in a page of its own. */
export interface PanelPage {
  page: Page;
  host: FakeHost;
  /** As the editor does when the user chooses another theme. */
  setTheme(theme: Theme): Promise<void>;
  /** What `setState` kept last. */
  state(): Promise<unknown>;
  /** Posts a message into the page that the host did not make. */
  post(message: unknown): Promise<void>;
  /** Serious and critical findings of axe. */
  axe(): Promise<string[]>;
  /** Ends the page; fails on any violation of the page's policy, any error in it, any request to elsewhere. */
  close(): Promise<void>;
}

/** Opens the panel with a host behind it. */
export async function openPanel(host: FakeHost, options: PanelPageOptions = {}): Promise<PanelPage> {
  const { theme = 'dark', width = 1180, height = 900, reducedMotion = false, state = null } = options;
  const settings: BrowserContextOptions = {
    viewport: { width, height },
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  };
  const context = await (await browser()).newContext(settings);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  const url = await panelUrl();
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) faults.push(`request: ${request.url()}`);
  });
  await page.exposeFunction('__poqFault', (text: string) => void faults.push(text));
  await page.exposeFunction('__poqToHost', (message: string) => host.receive(JSON.parse(message)));
  const deliver = (text: string) =>
    page.evaluate((t) => (window as never as Bridge).__poqDeliver(t), text).catch(() => {});
  host.connect((message) => void deliver(encode(message)));
  await page.addInitScript(stub, { decode: decodeInPage.toString(), state: JSON.stringify(state) });
  await page.addInitScript(applyTheme, themeOf(theme));
  await page.goto(url);
  return {
    page,
    host,
    setTheme: (next) => page.evaluate(applyTheme, themeOf(next)),
    state: () => page.evaluate(() => JSON.parse(sessionStorage.getItem('state') ?? 'null')),
    post: (message) => deliver(encode(message)) as Promise<void>,
    axe: async () => {
      // Through the debugger, so that the page's policy stays as it is.
      await page.evaluate(axe.source);
      return page.evaluate(findings);
    },
    close: async () => {
      await context.close();
      expect(faults).toEqual([]);
    },
  };
}

interface Bridge {
  __poqDeliver(text: string): void;
}

/** Runs in the page before anything else: `acquireVsCodeApi`, and an eye on the policy. */
function stub({ decode, state }: { decode: string; state: string }): void {
  const page = window as never as Record<string, (text: string) => void>;
  document.addEventListener('securitypolicyviolation', (event) =>
    page.__poqFault!(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
  );
  if (sessionStorage.getItem('state') === null) sessionStorage.setItem('state', state);
  const decoded = new Function(`return ${decode}`)() as (text: string) => unknown;
  page.__poqDeliver = (text) => window.dispatchEvent(new MessageEvent('message', { data: decoded(text) }));
  let acquired = false;
  (window as never as Record<string, unknown>).acquireVsCodeApi = () => {
    if (acquired) throw new Error('acquireVsCodeApi was called twice');
    acquired = true;
    return {
      postMessage: (message: unknown) => page.__poqToHost!(JSON.stringify(message)),
      getState: () => JSON.parse(sessionStorage.getItem('state')!),
      setState: (next: unknown) => sessionStorage.setItem('state', JSON.stringify(next)),
    };
  };
}

/** Runs in the page. The editor sets variables on the root and a class on the body. */
function applyTheme({ variables, classes }: ReturnType<typeof themeOf>): void {
  const apply = () => {
    document.documentElement.removeAttribute('style');
    for (const [name, value] of Object.entries(variables))
      document.documentElement.style.setProperty(`--vscode-${name}`, value);
    document.body.className = classes;
  };
  if (document.body) apply();
  else document.addEventListener('DOMContentLoaded', apply);
}

/** Runs in the page. */
async function findings(): Promise<string[]> {
  const { violations } = await (window as never as { axe: typeof axe }).axe.run(document, {
    resultTypes: ['violations'],
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

import { beforeEach, expect, it, vi } from 'vitest';

const shown: string[] = [];
/** The title of the button that is pressed. */
let pressed: string | undefined;

vi.mock('vscode', () => {
  const show = async (message: string) => {
    shown.push(message);
    return pressed;
  };
  return {
    commands: {
      executeCommand: async () => {
        throw new Error('no such command');
      },
    },
    l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, n) => String(args[n])) },
    window: { showErrorMessage: show, showWarningMessage: show, showInformationMessage: show },
  };
});
const { createMessages, guarded } = await import('../../../src/host/messages.ts');

const logged: unknown[] = [];
const log = (entry: unknown) => void logged.push(entry);
const messages = createMessages({ error: log, warn: log, info: log } as never);

beforeEach(() => {
  shown.length = 0;
  logged.length = 0;
  pressed = undefined;
});

it('what a file or an endpoint wrote becomes no link of a message', async () => {
  await messages.error('The endpoint says [mend it](command:workbench.action.quit) and [more](https://example.com)');
  expect(shown[0]).toContain('mend it');
  expect(shown[0]).not.toMatch(/\]\(/);
});

it('a button whose command fails is noted, and breaks nothing', async () => {
  pressed = 'Mend';
  await messages.warning('broken', [{ title: 'Mend', command: 'poq.mend' }]);
  await vi.waitFor(() => expect(logged).toContainEqual(new Error('no such command')));
});

it('a command that fails shows the message, not the stack', async () => {
  const work = guarded(messages, async () => {
    throw new Error('the disk is full');
  });
  expect(await work()).toBeUndefined();
  expect(shown).toEqual(['PoQ: the disk is full']);
});

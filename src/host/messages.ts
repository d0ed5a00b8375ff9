import { commands, type LogOutputChannel, l10n, window } from 'vscode';

/** A button of a message. */
export type Action = { title: string } & (
  | { command: string; args?: unknown[]; run?: undefined }
  | { run(): unknown; command?: undefined }
);

/** Tells the user what happened. Messages with buttons resolve at once; the button is awaited in the background. */
export interface Messages {
  error(message: string, actions?: Action[]): Promise<void>;
  warning(message: string, actions?: Action[]): Promise<void>;
  info(message: string, actions?: Action[]): Promise<void>;
  readonly log: LogOutputChannel;
}

export function createMessages(log: LogOutputChannel): Messages {
  const say = (show: (message: string, ...items: string[]) => Thenable<string | undefined>) => {
    return async (message: string, actions: Action[] = []) => {
      const act = async () => {
        const title = await show(withoutLinks(message), ...actions.map((action) => action.title));
        const action = actions.find((a) => a.title === title);
        if (action?.run) await action.run();
        else if (action?.command) await commands.executeCommand(action.command, ...(action.args ?? []));
      };
      act().catch((error: unknown) => log.error(error instanceof Error ? error : String(error)));
    };
  };
  return {
    error: (message, actions) => {
      log.error(message);
      return say(window.showErrorMessage)(message, actions);
    },
    warning: (message, actions) => {
      log.warn(message);
      return say(window.showWarningMessage)(message, actions);
    },
    info: (message, actions) => {
      log.info(message);
      return say(window.showInformationMessage)(message, actions);
    },
    log,
  };
}

/** The editor makes links of `[text](command:...)` in a message: what a file or an endpoint wrote shall not be one. */
function withoutLinks(message: string): string {
  return message.replaceAll('](', '] (');
}

/** What a command does, with its errors shown: those of the product are written for the user. */
export function guarded<A extends unknown[]>(messages: Messages, work: (...args: A) => unknown) {
  return async (...args: A): Promise<unknown> => {
    try {
      return await work(...args);
    } catch (error) {
      messages.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      await messages.error(l10n.t('PoQ: {0}', error instanceof Error ? error.message : String(error)));
      return undefined;
    }
  };
}

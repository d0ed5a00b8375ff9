import { CancellationError, LanguageModelError, l10n } from 'vscode';

/** Why the editor's model did not answer, for the user. */
export function answerError(error: unknown, name: string): Error {
  if (error instanceof CancellationError) return new Error(l10n.t('cancelled'));
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof LanguageModelError ? error.code : '';
  switch (code) {
    case 'NoPermissions':
      return new Error(
        l10n.t(
          'The editor does not let PoQ Lab use {0}: allow it under "Manage Language Model Access". {1}',
          name,
          message,
        ),
      );
    case 'Blocked':
      return new Error(l10n.t('The provider of {0} refused the request (quota or filter): {1}', name, message));
    case 'NotFound':
      return new Error(l10n.t('The editor does not offer {0} any more: {1}', name, message));
    default:
      return new Error(l10n.t('{0} did not answer: {1}', name, causeOf(error) ?? message));
  }
}

/** What went wrong inside the provider, where the editor passes it on. */
function causeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message ? cause.message : undefined;
}

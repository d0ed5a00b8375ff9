import { l10n } from 'vscode';

/** A remote by what VS Code calls it, with what people call it. */
const KINDS: Record<string, string> = {
  wsl: 'WSL',
  'ssh-remote': 'SSH',
  'dev-container': 'Container',
  'attached-container': 'Container',
  codespaces: 'Codespaces',
  tunnel: 'Tunnel',
};

/**
 * The machine that the extension, and so every run, is on.
 * @param remoteName `vscode.env.remoteName`
 */
export function machineName(remoteName: string | undefined, host: string, env: NodeJS.ProcessEnv): string {
  if (remoteName === undefined) return l10n.t('this machine');
  const name = (remoteName === 'wsl' ? env.WSL_DISTRO_NAME : env.CODESPACE_NAME) || host;
  return `${Object.hasOwn(KINDS, remoteName) ? KINDS[remoteName] : l10n.t('Remote')}: ${name}`;
}

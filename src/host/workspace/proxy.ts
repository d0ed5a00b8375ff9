import { workspace } from 'vscode';

/** The editor's own proxy setting, as the variables that every program knows; where it is empty they stay as they are. */
export function proxyVariables(): NodeJS.ProcessEnv {
  const settings = workspace.getConfiguration('http');
  const proxy = settings.get<string>('proxy');
  if (!proxy) return {};
  const direct = [...(settings.get<string[]>('noProxy') ?? []), process.env.no_proxy || process.env.NO_PROXY || ''];
  const noProxy = direct.filter((host) => host !== '').join(',');
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    ...(noProxy !== '' && { NO_PROXY: noProxy, no_proxy: noProxy }),
  };
}

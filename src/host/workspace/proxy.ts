import { workspace } from 'vscode';

/** The editor's own proxy setting, as the variables that every program knows; where it is empty they stay as they are. */
export function proxyVariables(): NodeJS.ProcessEnv {
  const proxy = workspace.getConfiguration('http').get<string>('proxy');
  return proxy ? { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy } : {};
}

import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

type Env = (name: string) => string | undefined;

/**
 * Connections to an address, through the proxy of the environment where there is one. Loopback addresses never go
 * through a proxy: they mean this machine, not the proxy's.
 *
 * @throws Error that names the variable which holds no URL
 */
export function openDispatcher(url: URL, env: Env, options: Agent.Options): Dispatcher {
  const httpProxy = env('http_proxy') || env('HTTP_PROXY') || '';
  const httpsProxy = env('https_proxy') || env('HTTPS_PROXY') || '';
  if (isLoopback(url.hostname) || (httpProxy === '' && httpsProxy === '')) return new Agent(options);
  for (const [name, value] of Object.entries({ HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy })) {
    if (value !== '' && !URL.canParse(value)) throw new Error(`the environment variable ${name} is not a URL`);
  }
  const noProxy = env('no_proxy') || env('NO_PROXY') || '';
  // Plain HTTP goes to the proxy as it is; most proxies tunnel (CONNECT) for HTTPS alone.
  return new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy, proxyTunnel: false });
}

/** `hostname` as URL gives it: IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /(^|\.)localhost$/.test(hostname) || /^127(\.\d+){3}$/.test(hostname);
}

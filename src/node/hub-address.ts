const HUB = 'https://huggingface.co';

/** The hub, or the mirror that HF_ENDPOINT names; no slash at the end. */
export function hubAddress(env: NodeJS.ProcessEnv): string {
  return (env.HF_ENDPOINT || HUB).replace(/\/+$/, '');
}

/** Headers of a request: the token of the environment goes to the hub itself alone. */
export function hubHeaders(address: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const token = env.HF_TOKEN ?? env.HF_ACCESS_TOKEN;
  return address === HUB && token ? { authorization: `Bearer ${token}` } : {};
}

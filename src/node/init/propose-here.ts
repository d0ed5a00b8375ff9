import { listBundled } from '../detect/bundled.ts';
import { findPromptFiles } from '../detect/prompt-files.ts';
import { findServers, USUAL_SERVERS } from '../detect/servers.ts';
import { EXAMPLE_PROMPTS, proposeConfig } from './propose.ts';

/** Names of the bundled models that generate text, and of the bundled encoders that score. */
export function bundledNames(folder: string): { models: string[]; evaluators: string[] } {
  const all = listBundled(folder);
  const names = (use: (typeof all)[number]['use']) => all.filter((model) => model.use === use).map(({ name }) => name);
  return { models: names('model'), evaluators: names('bi-encoder') };
}

/** The text of a config for what is in a folder and on this machine; an example where there is no prompt file. */
export async function proposeHere(
  root: string,
  models: string,
): Promise<{ config: string; example: { file: string; text: string } | null }> {
  const [servers, prompts] = await Promise.all([findServers(USUAL_SERVERS), findPromptFiles(root)]);
  const config = proposeConfig({ prompts, servers, bundled: bundledNames(models) });
  return { config, example: prompts.length === 0 ? EXAMPLE_PROMPTS : null };
}

import { commands, type Disposable, type Uri, workspace } from 'vscode';
import type { Panels, RunRef } from '../ports.ts';
import type { LastResults } from './last-results.ts';
import type { PromptDocument, PromptDocuments } from './prompt-documents.ts';

/** Takes the address of a prompt file and the id of a sample (null: the file's newest run); internal. */
export const OPEN_SAMPLE = 'poq.openSample';

/** The run that holds a sample's last result. The command names no run: links cannot lead anywhere else. */
export function registerOpenSample(documents: PromptDocuments, results: LastResults, panels: Panels): Disposable {
  return commands.registerCommand(OPEN_SAMPLE, async (address: unknown, sample: unknown) => {
    const document = workspace.textDocuments.find((d) => d.uri.toString() === String(address));
    const prompt = document && documents.get(document);
    if (!prompt) return;
    const id = typeof sample === 'string' ? sample : null;
    const run = await runOf(prompt, id, results);
    if (run) await panels.show({ run, tab: 'compare', ...(id === null ? {} : { sample: id }) });
  });
}

async function runOf(prompt: PromptDocument, id: string | null, results: LastResults): Promise<RunRef | null> {
  const found = await results.loaded(prompt);
  const { folder } = prompt;
  const outcome = id !== null && found && Object.hasOwn(found.samples, id) ? found.samples[id] : undefined;
  if (outcome) return { folder, id: outcome.run, path: outcome.path };
  return found?.run ? { folder, id: found.run.id, path: found.run.path } : null;
}

/** A link for Markdown that trusts this command. */
export function sampleLink(uri: Uri, sample: string | null): string {
  const args = encodeURIComponent(JSON.stringify([uri.toString(), sample]));
  // Parentheses end a link of Markdown, and stay as they are otherwise.
  return `command:${OPEN_SAMPLE}?${args.replace(/[()]/g, (c) => (c === '(' ? '%28' : '%29'))}`;
}

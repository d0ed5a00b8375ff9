import { type Disposable, languages } from 'vscode';
import { fileIn } from '../workspace/folders.ts';
import { toDiagnostics } from './diagnostics.ts';
import type { PromptDocument, PromptDocuments } from './prompt-documents.ts';

/** What cannot be read in the open prompt files. */
export function registerPromptDiagnostics(documents: PromptDocuments): Disposable {
  const collection = languages.createDiagnosticCollection('poq.prompts');
  const show = (prompt: PromptDocument) => {
    // Lines of an older text would mark the wrong ones: the next reading is on its way.
    if (!prompt.isCurrent) return;
    const { document, contents, path, folder } = prompt;
    collection.set(
      document.uri,
      toDiagnostics(contents.diagnostics, document, path, (file) => fileIn(folder, file)),
    );
  };
  documents.all().forEach(show);
  const subscriptions = [
    collection,
    documents.onDidChange(show),
    documents.onDidClose((uri) => collection.delete(uri)),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

import type { Disposable } from 'vscode';
import type { History, Panels, Reader, Runs } from '../ports.ts';
import { PromptLenses } from './code-lenses.ts';
import { type ConfigDiagnosticsDeps, registerConfigDiagnostics } from './config-diagnostics.ts';
import { registerConfigFixes } from './config-fixes.ts';
import { RowScores } from './decorations.ts';
import { ResultHovers } from './hovers.ts';
import { LastResults } from './last-results.ts';
import { registerOpenSample } from './open-sample.ts';
import { registerPromptDiagnostics } from './prompt-diagnostics.ts';
import { PromptDocuments } from './prompt-documents.ts';

export interface EditorDeps extends ConfigDiagnosticsDeps {
  reader: Reader;
  runs: Runs;
  history: History;
  panels: Panels;
}

export interface EditorFeatures extends Disposable {
  readonly documents: PromptDocuments;
}

/** What the user sees in prompt files and configs. */
export function registerEditorFeatures(deps: EditorDeps): EditorFeatures {
  const documents = new PromptDocuments(deps);
  const results = new LastResults(documents, deps);
  const subscriptions: Disposable[] = [
    documents,
    results,
    new PromptLenses(documents, results),
    new RowScores(documents, results),
    new ResultHovers(documents, results, deps.reader).register(),
    registerOpenSample(documents, results, deps.panels),
    registerPromptDiagnostics(documents),
    registerConfigDiagnostics(deps),
    registerConfigFixes(),
  ];
  return {
    documents,
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

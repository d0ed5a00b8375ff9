import type { Diagnostic } from '../core/types.ts';

/** `file:line: message`, the form in which every diagnostic is shown. */
export function formatDiagnostic(d: Diagnostic): string {
  if (d.file === undefined) return d.message;
  return d.line === undefined ? `${d.file}: ${d.message}` : `${d.file}:${d.line}: ${d.message}`;
}

/** What the user gave cannot be run: config, prompt files, arguments. Nothing was run. */
export class InputError extends Error {
  override name = 'InputError';
  readonly diagnostics: Diagnostic[];

  constructor(diagnostics: Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** The run could not be finished: disk, lock, every model failed to load. What is complete is stored. */
export class CannotFinishError extends Error {
  override name = 'CannotFinishError';
}

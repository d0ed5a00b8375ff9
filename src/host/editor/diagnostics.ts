import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  Location,
  Position,
  Range,
  type TextDocument,
  type Uri,
} from 'vscode';
import type { Diagnostic as Finding } from '../../core/types.ts';

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/**
 * Findings about a document as the editor shows them: on the text of their line. What is said about another file (one
 * that the document names) stands at its beginning and leads there.
 * @param path the document's, as the findings name it
 */
export function toDiagnostics(
  findings: readonly Finding[],
  document: TextDocument,
  path: string,
  fileUri: (path: string) => Uri,
): Diagnostic[] {
  return findings.map((finding) => {
    const { severity, message, file } = finding;
    const elsewhere = file !== undefined && file !== path ? file : null;
    const diagnostic = new Diagnostic(
      textOf(document, elsewhere === null ? finding.line : 1),
      elsewhere === null ? message : `${elsewhere}${finding.line === undefined ? '' : `:${finding.line}`}: ${message}`,
      SEVERITIES[severity],
    );
    diagnostic.source = 'PoQ';
    if (elsewhere !== null) {
      const at = new Location(fileUri(elsewhere), new Position(Math.max(0, (finding.line ?? 1) - 1), 0));
      diagnostic.relatedInformation = [new DiagnosticRelatedInformation(at, message)];
    }
    return diagnostic;
  });
}

/** The text of a line that is counted from 1, without the blanks around it. */
function textOf(document: TextDocument, line = 1): Range {
  const { text, lineNumber, firstNonWhitespaceCharacterIndex } = document.lineAt(
    Math.min(Math.max(0, line - 1), document.lineCount - 1),
  );
  const end = text.trimEnd().length;
  return new Range(lineNumber, Math.min(firstNonWhitespaceCharacterIndex, end), lineNumber, end);
}

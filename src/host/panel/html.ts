export interface PanelPage {
  /** Of this page alone, from a cryptographic source. */
  nonce: string;
  /** `webview.cspSource`: where the page's own files come from. */
  cspSource: string;
  scriptUri: string;
  styleUri: string;
  /** `vscode.env.language`. */
  lang: string;
}

/**
 * The panel's whole HTML. Nothing but our own script and style sheets, which carry the nonce, is allowed; pictures only
 * from data (a chart on its way to a PNG) and our own files.
 */
export function panelHtml({ nonce, cspSource, scriptUri, styleUri, lang }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}' ${cspSource}`,
    `img-src ${cspSource} data:`,
    `font-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // The component library takes the nonce for its own style sheets from the `csp-nonce` property.
  return `<!doctype html>
<html lang="${escapeAttribute(lang)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${escapeAttribute(nonce)}">
<title>PoQ</title>
<link rel="stylesheet" nonce="${escapeAttribute(nonce)}" href="${escapeAttribute(styleUri)}">
</head>
<body>
<div id="app"></div>
<script nonce="${escapeAttribute(nonce)}" src="${escapeAttribute(scriptUri)}" defer></script>
</body>
</html>
`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ENTITIES[c]!);
}

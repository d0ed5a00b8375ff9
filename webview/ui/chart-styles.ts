import { CHART_CSS, DARK, LIGHT } from '../../src/core/report/render/style.ts';

/**
 * The charts' style sheet with its variables mapped on the editor's theme: text, lines and states are the theme's own
 * colours, the models' colours come from the palette that holds on such a background. The editor sets the class of the
 * body, so a change of theme needs nothing from us.
 */
export function adoptChartStyles(): void {
  const sheet = new CSSStyleSheet();
  const colours = ({ models }: typeof DARK) => models.map((value, i) => `--poq-c${i}:${value}`).join(';');
  sheet.replaceSync(`
body{
--poq-bg:var(--vscode-editor-background);
--poq-fg:var(--vscode-foreground);
--poq-dim:var(--vscode-descriptionForeground);
--poq-line:var(--line);
--poq-row:var(--vscode-list-hoverBackground);
--poq-ok:var(--vscode-testing-iconPassed);
--poq-bad:var(--vscode-errorForeground);
--poq-warn:var(--vscode-editorWarning-foreground);
${colours(DARK)}}
body.vscode-light,body.vscode-high-contrast-light{${colours(LIGHT)}}
body.vscode-high-contrast,body.vscode-high-contrast-light{--poq-line:color-mix(in srgb,var(--vscode-foreground) 30%,transparent)}
${CHART_CSS}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

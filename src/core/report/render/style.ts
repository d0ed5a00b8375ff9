/**
 * The look of charts and of the report. Charts take their colours from variables, so that the editor's own theme can
 * give them others; the palettes hold on their background (3:1 at least) and for the colour-blind.
 */

export const DARK = {
  bg: '#1f1f1f',
  fg: '#cccccc',
  dim: '#9d9d9d',
  line: '#333333',
  row: '#262626',
  ok: '#73c991',
  bad: '#f4766b',
  warn: '#cca700',
  models: ['#4daafc', '#e2a04a', '#b180d7', '#3fc79a', '#f0776a', '#d9cf5a', '#e58bc0', '#8fa9bd'],
};

export const LIGHT = {
  bg: '#ffffff',
  fg: '#3b3b3b',
  dim: '#6a6a6a',
  line: '#e2e2e2',
  row: '#f6f6f6',
  ok: '#2a7d3c',
  bad: '#c72e0f',
  warn: '#895503',
  models: ['#005fb8', '#a25500', '#7a3e9d', '#007a5c', '#c23a1e', '#7a6a00', '#b0307f', '#4f6b80'],
};

const variables = ({ models, ...others }: typeof DARK) =>
  [
    ...Object.entries(others).map(([name, value]) => `--poq-${name}:${value}`),
    ...models.map((value, i) => `--poq-c${i}:${value}`),
  ].join(';');

const modelClasses = DARK.models.map((_, i) => `.poq-c${i}{--c:var(--poq-c${i})}`).join('\n');

/** For every page that shows charts. Needs the variables --poq-bg, -fg, -dim, -line and --poq-c0 to -c7. */
export const CHART_CSS = `${modelClasses}
.poq-cx{--c:var(--poq-dim)}
.poq-chart{display:block;width:100%;height:auto;font-size:11px;font-variant-numeric:tabular-nums;overflow:visible}
.poq-chart text{fill:var(--poq-dim);stroke:var(--poq-bg);stroke-width:3;paint-order:stroke}
.poq-chart .name,.poq-chart .figure{fill:var(--poq-fg)}
.poq-chart .grid,.poq-chart .base{stroke:var(--poq-line)}
.poq-chart .zero,.poq-chart .front{stroke:var(--poq-dim);stroke-dasharray:4 4;fill:none}
.poq-chart .mark,.poq-swatch .mark{fill:var(--c)}
.poq-chart .range,.poq-chart .stroke{stroke:var(--c);stroke-width:2}
.poq-chart .ring{fill:var(--poq-bg);stroke:var(--c);stroke-width:2}
.poq-chart .density{fill:var(--c);opacity:.22}
.poq-chart .outline{fill:none;stroke:var(--c);stroke-width:1.5}
.poq-chart .median,.poq-chart .tail{stroke:var(--c);stroke-width:2}
.poq-chart .tail{stroke-dasharray:2 2}
.poq-chart .bar{fill:var(--c)}
.poq-chart .on-bar{fill:var(--poq-bg);stroke:none}
.poq-chart .leader{stroke:var(--poq-dim);stroke-width:.75}
.poq-chart .cut{stroke:var(--poq-bg);stroke-width:2}
.poq-chart .now{stroke:var(--poq-fg);stroke-width:2}
.poq-swatch{vertical-align:-1px;margin-right:6px}`;

/** The report's own style sheet, charts included. */
export const REPORT_CSS = `:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
${CHART_CSS}
*{box-sizing:border-box}
body{margin:0;background:var(--poq-bg);color:var(--poq-fg);font:13px/1.45 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 16px}
header{padding-top:10px;padding-bottom:8px;border-bottom:1px solid var(--poq-line)}
h1{font-size:15px;margin:0;display:inline}
header p{margin:2px 0 0}
h2{font-size:13px;font-weight:600;margin:22px 0 6px}
h3{font-size:12px;font-weight:600;margin:0 0 4px}
p{margin:6px 0;max-width:110ch;overflow-wrap:anywhere}
.dim,.aside,caption,th,figcaption,summary .dim{color:var(--poq-dim)}
.aside{font-size:11px}
.bad{color:var(--poq-bad)}
.good{color:var(--poq-ok)}
.notes{margin:8px 0;padding:4px 10px;list-style:none;border-left:3px solid var(--poq-warn);background:var(--poq-row)}
.notes li{margin:2px 0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
table.small{width:auto;min-width:min(100%,520px)}
caption{text-align:left;font-size:12px;padding:2px 0}
th{font-weight:600;font-size:12px;text-align:left;padding:4px 8px;border-bottom:1px solid var(--poq-line);vertical-align:bottom}
td,tbody th{padding:5px 8px;border-bottom:1px solid var(--poq-line);white-space:nowrap}
tbody th{color:var(--poq-fg);font-weight:400;font-size:13px;max-width:260px;overflow:hidden;text-overflow:ellipsis}
.num{text-align:right}
tbody tr:hover{background:var(--poq-row)}
.charts>div{margin-top:14px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:8px 28px;align-items:start}
figure{margin:14px 0 0;min-width:0}
figure .scroll svg{min-width:460px;max-width:620px}
figure.wide .scroll svg{max-width:960px;min-width:640px}
figcaption{font-size:12px;font-weight:600;margin-bottom:4px}
details{border-top:1px solid var(--poq-line)}
details:last-of-type{border-bottom:1px solid var(--poq-line)}
summary{padding:5px 0;cursor:pointer;overflow-wrap:anywhere}
.outputs{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,250px),1fr));gap:1px;background:var(--poq-line);border:1px solid var(--poq-line);margin:0 0 10px}
.outputs>div{background:var(--poq-bg);padding:7px 10px;min-width:0}
pre{margin:0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;max-height:22em;overflow:auto;contain:paint}
pre.code{font:12px/1.4 ui-monospace,Menlo,Consolas,monospace;max-height:none}
.hidden-char{font-size:11px;color:var(--poq-bad);border:1px solid var(--poq-line);border-radius:2px;unicode-bidi:isolate;direction:ltr}
:focus-visible{outline:1px solid var(--poq-c0);outline-offset:1px}
footer{padding-top:16px;padding-bottom:24px}
@media print{
:root{${variables(LIGHT)}}
body{font-size:11px}
header,main,footer{max-width:none;padding-left:0;padding-right:0}
figure,tr,.outputs{break-inside:avoid}
h2{break-after:avoid}
.scroll{overflow:visible}
pre{max-height:none}
}`;

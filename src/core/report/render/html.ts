import type { RunSummary } from '../summary.ts';
import { intervalChart } from './charts/intervals.ts';
import { type MarkOf, marksFor, swatch } from './charts/marks.ts';
import { winnersStrip } from './charts/strip.ts';
import {
  correlationColumns,
  evaluatorColumns,
  leaderboardColumns,
  type RankedModel,
  ranked,
  referenceColumns,
  taskColumns,
} from './columns.ts';
import { counted } from './format.ts';
import { figureOf, htmlTable, list, sampleDetails } from './html-parts.ts';
import type { ReportInput, ReportSample } from './input.ts';
import { type Markup, markup } from './markup.ts';
import { runCharts } from './run-charts.ts';
import { gateSentence, method, rewardNotes, verdicts, winnersSentence } from './sentences.ts';
import { REPORT_CSS } from './style.ts';

const CHARSET = 'utf-8';

/**
 * The run as one self-contained HTML file: no script, nothing remote, one style sheet that the content security
 * policy admits by its hash. `sha256Base64` hashes the UTF-8 of its argument.
 */
export function renderHtml(input: ReportInput, sha256Base64: (text: string) => string): string {
  const { summary, meta } = input;
  const marks = marksFor(meta.modelOrder ?? summary.models.map((m) => m.id));
  const policy = `default-src 'none'; style-src 'sha256-${sha256Base64(REPORT_CSS)}'; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="${CHARSET}">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${meta.title} · ${meta.id}</title>
<style>STYLE</style>
</head>
<body>
${header(input)}
<main>
${leaderboardSection(input, marks)}
${charts(input, marks)}
${evaluatorSection(summary)}
${referenceSection(summary, marks)}
${sampleSections(input.samples, marks)}
${methodSection(input)}
</main>
<footer class="dim">Made by PoQ Lab. Answers in this report were written by the models named above them.</footer>
</body>
</html>
`;
  // The style sheet is ours and holds no markup; escaping would change its quotes, and with them its hash.
  return page.text.replace('<style>STYLE</style>', () => `<style>${REPORT_CSS}</style>`);
}

const STATES: Record<RunSummary['state'], string> = {
  running: 'still running when this was written',
  done: 'done',
  cancelled: 'cancelled: only a part was run',
  failed: 'could not finish',
};

function header({ summary, meta }: ReportInput): Markup {
  const facts = [
    counted(summary.samples, 'sample'),
    counted(summary.models.length, 'model'),
    counted(summary.evaluators.length, 'evaluator'),
    STATES[summary.state],
  ];
  return markup`<header><h1>${meta.title}</h1> <span class="dim">run ${meta.id} · <time datetime="${meta.startedAt}">${date(meta.startedAt)}</time></span>
<p class="dim">${facts.join(' · ')}</p>
<p class="dim">${meta.machine}</p></header>`;
}

/** `2026-11-22 20:31 UTC`; as it stands where it is no date. */
function date(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function leaderboardSection({ summary, winners, reward }: ReportInput, marks: MarkOf): Markup {
  const rows = ranked(summary);
  const sentence = winnersSentence(winners);
  const strip =
    sentence === null
      ? null
      : markup`${figureOf(
          'Who wins at which cost weight β',
          winnersStrip({
            id: 'winners',
            title: 'Who wins at which cost weight',
            winners,
            beta: reward.models.beta,
            description: sentence,
            marks,
          }),
          true,
        )}<p class="dim">${sentence}</p>`;
  const gates = summary.gates.map(
    (g) =>
      markup`<li>${g.pass ? markup`<b class="good">held</b>` : markup`<b class="bad">failed</b>`} ${gateSentence(g)}</li>`,
  );
  return markup`<h2>Leaderboard</h2>
${rows.length === 0 ? markup`<p>No model was run.</p>` : htmlTable(leaderboardCaption(summary), leaderboardColumns(summary), rows, modelMark(marks))}
${list([...verdicts(summary), ...rewardNotes(summary), ...summary.warnings])}
${gates.length > 0 && markup`<h2>Gates</h2><ul class="notes">${gates}</ul>`}
${strip}`;
}

function leaderboardCaption(summary: RunSummary): string {
  const byReward = summary.models.some((m) => m.reward.mean !== null);
  return `Ranked by ${byReward ? 'reward' : 'quality'}; quality and truth from 0 to 10; 95 % intervals`;
}

const modelMark =
  (marks: MarkOf) =>
  ({ model }: RankedModel): Markup =>
    swatch(marks(model.id));

function charts(input: ReportInput, marks: MarkOf): Markup {
  const figures = runCharts(input, marks).map(({ title, chart }) => figureOf(title, chart));
  return markup`<div class="charts">${figures}</div>`;
}

function evaluatorSection(summary: RunSummary): Markup {
  if (summary.evaluators.length === 0) return markup`<h2>Evaluators</h2><p>No evaluator was run.</p>`;
  const byTask = correlationColumns(summary);
  const rewards = intervalChart({
    id: 'evaluator-reward',
    title: 'Reward of the evaluators',
    axisTitle: 'Reward, 95 % interval',
    rows: summary.evaluators.map((e) => ({ id: e.id, estimate: e.reward, note: e.rewardNote ?? undefined })),
    marks: marksFor([]),
  });
  return markup`<h2>Evaluators</h2>
${htmlTable('r is the Pearson correlation with token F1', evaluatorColumns(summary), summary.evaluators)}
<div class="charts">${byTask.length > 0 && markup`<div>${htmlTable('Correlation with token F1, by task', byTask, summary.evaluators, undefined, true)}</div>`}${summary.evaluators.some((e) => e.reward.mean !== null) && figureOf('Reward of the evaluators', rewards)}</div>`;
}

function referenceSection(summary: RunSummary, marks: MarkOf): Markup {
  const rows = ranked(summary);
  const columns = referenceColumns(summary);
  const tasks = taskColumns(summary);
  return markup`${columns.length > 1 && markup`<h2>Against the references</h2>${htmlTable('From 0 to 10; never part of a reward', columns, rows, modelMark(marks), true)}`}
${tasks.length > 0 && markup`<h2>By task</h2>${htmlTable('Quality with its interval, token F1 and samples, by task', tasks, rows, modelMark(marks))}`}`;
}

const WHY: [ReportSample['why'], string][] = [
  ['disagreement', 'Largest disagreements'],
  ['worst', 'Lowest quality'],
  ['failure', 'Failures'],
];

function sampleSections(samples: Iterable<ReportSample>, marks: MarkOf): Markup {
  const all = [...samples];
  return markup`${WHY.map(([why, title]) => {
    const these = all.filter((sample) => sample.why === why);
    if (these.length === 0) return null;
    return markup`<section><h2>${title}</h2>${these.map((sample, i) => sampleDetails(sample, marks, i < 3))}</section>`;
  })}`;
}

function methodSection({ summary, meta, reward }: ReportInput): Markup {
  const versions = Object.entries(meta.versions).map(([name, version]) => `${name} ${version}`);
  const devices = summary.models.map((m) => `${m.id}: ${m.devices.join(', ') || 'unknown'}`);
  return markup`<h2>How it was measured</h2>
${method(summary, reward).map((paragraph) => markup`<p>${paragraph}</p>`)}
<p>Devices: ${devices.join('; ') || 'none'}.</p>
<p class="dim">${versions.join(' · ')}</p>
${meta.configText !== undefined && markup`<details><summary>The config</summary><pre class="code">${meta.configText}</pre></details>`}`;
}

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../scripts/vscode/paths.mjs';
import { recordedWorkspace } from '../support/recorded-workspace.ts';
import { runsIn } from '../support/runs.ts';
import { slowEndpoint, slowWorkspace } from '../support/slow-endpoint.ts';
import type { WindowOptions } from '../support/window.ts';
import { copyQuickstart } from '../support/workspaces.mjs';
import { EDITOR_VIEWS } from './editor-views.ts';
import { PANEL_VIEWS, ZOOM_VIEWS } from './panel-views.ts';
import { EMPTY_VIEWS, RUNNING_VIEWS, UNTRUSTED_VIEWS } from './state-views.ts';
import type { View } from './view.ts';

/** A workspace in some state, and the views that are shot in one window on it, in their order. */
export interface Scene {
  /** In their order: some build on what the ones before left. */
  views: View[];
  options?: Omit<WindowOptions, 'folder' | 'theme'>;
  /** Fills a folder, once for every theme. */
  workspace(folder: string): Promise<void> | void;
  end?(): void;
}

/** @param home where workspaces can be prepared that are copied from */
export function scenes(home: string): Scene[] {
  let endpoint: Awaited<ReturnType<typeof slowEndpoint>> | undefined;
  const recorded = (folder: string) => {
    mkdirSync(folder, { recursive: true });
    recordedWorkspace(folder);
  };
  return [
    {
      views: [...PANEL_VIEWS, ...EDITOR_VIEWS],
      workspace: (folder) => cpSync(scored(home), folder, { recursive: true }),
    },
    {
      views: ZOOM_VIEWS,
      options: { viewport: { width: 640, height: 400 }, scale: 2 },
      workspace: (folder) => cpSync(scored(home), folder, { recursive: true }),
    },
    { views: EMPTY_VIEWS, workspace: recorded },
    { views: UNTRUSTED_VIEWS, options: { trust: false }, workspace: recorded },
    {
      views: RUNNING_VIEWS,
      workspace: async (folder) => {
        mkdirSync(folder, { recursive: true });
        endpoint ??= await slowEndpoint(200);
        slowWorkspace(folder, endpoint.baseUrl, 400);
      },
      end: () => endpoint?.close(),
    },
  ];
}

let prepared: string | undefined;

/** The quickstart with two runs, the first of them, under another wording, its baseline; and a file with mistakes. */
function scored(home: string): string {
  if (prepared) return prepared;
  const folder = copyQuickstart(path.join(home, 'scored'));
  const file = path.join(folder, 'prompts', 'qa', 'short-answers.prompt.yml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('Read the context. Reply with a short phrase from it.', 'Write a long poem.'));
  run(folder);
  writeFileSync(file, text);
  writeFileSync(path.join(folder, '.poq', 'baseline.json'), `${JSON.stringify({ run: runsIn(folder)[0] })}\n`);
  run(folder);
  writeFileSync(
    path.join(folder, 'prompts', 'qa', 'mistakes.jsonl'),
    [
      '{"id": "one", "prompt": "Where does Nora work?", "reference": "in the library"}',
      '{"id": "two", "prompt": "Where does Omar work?" "reference": "in the bakery"}',
      '{"id": "three", "reference": "in York"}',
      '',
    ].join('\n'),
  );
  prepared = folder;
  return folder;
}

function run(folder: string): void {
  execFileSync(process.execPath, [
    path.join(ROOT, 'dist', 'cli.mjs'),
    'run',
    '--config',
    path.join(folder, 'poq.config.json'),
    '--quiet',
  ]);
}

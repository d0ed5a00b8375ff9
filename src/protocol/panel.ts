import * as z from 'zod';
import type { RunComparison } from '../core/report/comparison.ts';
import type { RunRows } from '../core/report/rows.ts';
import type { Api, Client, Contract } from './contract.ts';
import type { RunReport, SampleDetail, StoredRun } from './reader.ts';

/**
 * What the host and the panel (a webview) say to each other. The webview is not trusted: it names runs by keys that the
 * host gave out, samples by their ids, and never a path, a URL or HTML. Both sides check every message.
 */

/** Data of the host: its shape is checked as far as the panel would break without it. */
const object = <T extends object>(...keys: (keyof T & string)[]) =>
  z.custom<T>(
    (value) => typeof value === 'object' && value !== null && keys.every((key) => key in value),
    `an object with ${keys.join(', ')}`,
  );

const runKey = z.string().min(1).max(300);
const sampleId = z.string().max(10_000);
const nothing = z.void();
const text = z.string().max(50_000_000);
const fileName = z.string().regex(/^[\w .-]{1,100}$/);

/** A run as the panel knows it. */
export interface PanelRun extends Omit<StoredRun, 'path'> {
  /** Names the run in every call. */
  key: string;
  /** The workspace folder. */
  folder: string;
  isBaseline: boolean;
  /** It is executed by this window and can be cancelled here. */
  active: boolean;
  canResume: boolean;
}

export interface PanelReport extends Omit<RunReport, 'run'> {
  run: PanelRun;
}

/** Where the extension computes. */
export interface PanelPlace {
  /** `this machine`, or the remote's kind and name: `WSL: Ubuntu`, `SSH: gpu-box`. */
  machine: string;
  trusted: boolean;
  /** Several workspace folders: their names are shown. */
  severalFolders: boolean;
  /** Whether a workspace folder, and in it a config, is there: what the empty state offers. */
  hasFolder: boolean;
  hasConfig: boolean;
}

export const TABS = ['leaderboard', 'compare', 'evaluators', 'runs'] as const;
export type Tab = (typeof TABS)[number];

export interface PanelStart {
  place: PanelPlace;
  /** The run to show: the one asked for, else the newest. */
  run: string | null;
  tab: Tab | null;
  sample: string | null;
}

/** What the webview may ask of the host. Errors reject with a message for the user. */
export const panelHostContract = {
  /** The first call: the host sends nothing before it. `state` is what the webview kept of its own (run, tab). */
  start: { args: z.tuple([z.object({ run: runKey.nullable() })]), result: object<PanelStart>('place', 'run') },
  runs: { args: z.tuple([]), result: z.array(object<PanelRun>('key', 'id', 'state')) },
  report: { args: z.tuple([runKey]), result: object<PanelReport>('run', 'summary', 'weighing', 'reward') },
  rows: { args: z.tuple([runKey]), result: object<RunRows>('samples', 'models', 'state', 'quality') },
  samples: {
    args: z.tuple([runKey, z.array(sampleId).max(200)]),
    result: z.array(object<SampleDetail>('id', 'messages', 'outputs')),
  },
  /** Compares with the baseline of the run's folder; null where there is none, or the run is the baseline. */
  compareWithBaseline: { args: z.tuple([runKey]), result: object<RunComparison>('models', 'notes').nullable() },
  /** Makes a run the baseline of its folder, or takes that away. */
  setBaseline: { args: z.tuple([runKey, z.boolean()]), result: nothing },
  /** Opens the sample's line in its file, beside the panel. */
  revealSample: { args: z.tuple([runKey, sampleId]), result: nothing },
  runAgain: { args: z.tuple([runKey]), result: nothing },
  resume: { args: z.tuple([runKey]), result: nothing },
  cancel: { args: z.tuple([runKey]), result: nothing },
  /** Asks for the format and where to save. */
  exportRun: { args: z.tuple([runKey]), result: nothing },
  /** Moves the run's folder to the trash, after asking. */
  deleteRun: { args: z.tuple([runKey]), result: nothing },
  copyText: { args: z.tuple([text]), result: nothing },
  /** Saves a chart where the user chooses: SVG as text, PNG as base64. */
  saveFile: {
    args: z.tuple([z.object({ name: fileName, content: text, encoding: z.enum(['utf8', 'base64']) })]),
    result: nothing,
  },
  /** Writes alpha and beta of the models' reward into the config of the run's folder, after showing what changes. */
  writeWeights: {
    args: z.tuple([runKey, z.object({ alpha: z.number().finite().min(0), beta: z.number().finite().min(0) })]),
    result: nothing,
  },
  /** Replaces min-max by a budget, proposed from the run, in the config of the run's folder. */
  writeBudget: { args: z.tuple([runKey]), result: nothing },
  /** The commands that the empty and the error states offer. */
  command: {
    args: z.tuple([
      z.enum([
        'runWorkspace',
        'createConfig',
        'chooseModels',
        'showDevices',
        'openConfig',
        'openOutput',
        'manageTrust',
      ]),
    ]),
    result: nothing,
  },
} satisfies Contract;

const tab = z.enum(TABS);

/** What the host may tell the webview. */
export const panelContract = {
  /** Show this run, tab and sample; null leaves what is shown. */
  show: {
    args: z.tuple([z.object({ run: runKey.nullable(), tab: tab.nullable(), sample: sampleId.nullable() })]),
    result: nothing,
  },
  /** Rows, state or progress of a run changed: a few times a second at most. */
  runChanged: {
    args: z.tuple([
      z.object({
        run: runKey,
        done: z.number(),
        total: z.number(),
        state: z.enum(['running', 'done', 'cancelled', 'failed', 'interrupted', 'gone']),
        /** What is being done, and milliseconds to the end where they can be estimated. */
        label: z.string().nullable(),
        etaMs: z.number().nullable(),
      }),
    ]),
    result: nothing,
  },
  /** The list of runs, the baseline, or the place changed. */
  runsChanged: { args: z.tuple([object<PanelPlace>('machine', 'trusted')]), result: nothing },
} satisfies Contract;

export type PanelHostApi = Api<typeof panelHostContract>;
export type PanelHost = Client<typeof panelHostContract>;
export type PanelApi = Api<typeof panelContract>;
export type Panel = Client<typeof panelContract>;

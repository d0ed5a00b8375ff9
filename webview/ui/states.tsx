import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PanelPlace } from '../../src/protocol/panel.ts';
import { ask } from '../actions.ts';
import { Button } from '../components.ts';
import { host } from '../host.ts';

/** The states of a view that shows no data. */

/** Nothing at first, so that what is fast does not flash; then a line that says what is waited for. */
export function Loading({ what = 'Reading the run…' }: { what?: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" aria-busy="true">
      {late && <p class="dim">{what}</p>}
    </div>
  );
}

/** What went wrong, and the way on. */
export function Failure({
  what,
  error,
  onRetry,
  outputChannel = false,
}: {
  what: string;
  error: string;
  onRetry(): void;
  outputChannel?: boolean;
}) {
  return (
    <div class="note bad-note" role="alert">
      <p>
        <b>{what}</b> {error}
      </p>
      <div class="buttons">
        <Button onClick={onRetry}>Try again</Button>
        {outputChannel && <Button onClick={() => ask(host.command('openOutput'))}>Show the log</Button>}
      </div>
    </div>
  );
}

/** Something that is not there, and what gets to it. */
export function Empty({ children, action }: { children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Before the first run: one sentence, and the one button that gets to a first result. */
export function EmptyState({ place }: { place: PanelPlace }) {
  if (!place.trusted)
    return (
      <Empty
        action={
          <Button appearance="primary" onClick={() => ask(host.command('manageTrust'))}>
            Manage Workspace Trust
          </Button>
        }
      >
        This workspace is not trusted. Its config names models and endpoints, so nothing of it is run and nothing is
        fetched until you trust it. Runs that are stored here can be looked at.
      </Empty>
    );
  if (!place.hasFolder)
    return (
      <Empty>
        Open a folder with prompt files, or a prompt file, to score it with the bundled models on {place.machine}.
      </Empty>
    );
  return (
    <Empty
      action={
        <Button appearance="primary" onClick={() => ask(host.command('runWorkspace'))}>
          {place.hasConfig ? 'Run Workspace Evaluation' : 'Score this workspace’s prompt files'}
        </Button>
      }
    >
      {place.hasConfig
        ? `No run yet: run what poq.config.json names on ${place.machine} to see quality, latency and reward of its models.`
        : `No run yet: the bundled models can answer this workspace’s prompt files on ${place.machine}, without a config.`}
    </Empty>
  );
}

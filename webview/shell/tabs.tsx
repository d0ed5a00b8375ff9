import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { TABS, type Tab } from '../../src/protocol/panel.ts';
import { showTab } from '../actions.ts';

const TITLES: Record<Tab, string> = {
  leaderboard: 'Leaderboard',
  compare: 'Compare',
  evaluators: 'Evaluators',
  runs: 'Runs',
};

/** The tabs and, below, the one that is shown. Arrow keys, Home and End go from tab to tab. */
export function Tabs({ tab, children }: { tab: Tab; children: ComponentChildren }) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = TABS.indexOf(tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + TABS.length, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = TABS[to % TABS.length]!;
    showTab(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Views of the run" ref={list} onKeyDown={onKeyDown}>
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === tab}
            aria-controls="view"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => showTab(name)}
          >
            {TITLES[name]}
          </button>
        ))}
      </div>
      <main id="view" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {children}
      </main>
    </>
  );
}

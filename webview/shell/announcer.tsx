import { app } from '../app-state.ts';
import { useStore } from '../store.ts';

/** Says to screen readers what changed, when they have finished what they are at. */
export function Announcer() {
  const text = useStore(app, (s) => s.announcement);
  return (
    <div class="unseen" role="status" aria-live="polite">
      {text}
    </div>
  );
}

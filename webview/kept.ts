import { useCallback, useState } from 'preact/hooks';
import { vscode } from './host.ts';

/**
 * What survives hiding, moving and reloading the panel: small values under names such as `leaderboard.sort`. They may
 * come from an earlier version of the extension, so whoever reads one says what is acceptable.
 */

const VERSION = 1;

function readAll(): Record<string, unknown> {
  const state = vscode.getState() as { version?: unknown; values?: unknown } | null | undefined;
  return state?.version === VERSION && typeof state.values === 'object' && state.values !== null
    ? { ...(state.values as Record<string, unknown>) }
    : {};
}

const values = readAll();

/** The value kept under a name, or `initial` where there is none that `accepts` takes. */
export function kept<T>(name: string, initial: T, accepts: (value: unknown) => value is T): T {
  return accepts(values[name]) ? values[name] : initial;
}

export function keep(name: string, value: unknown): void {
  values[name] = value;
  vscode.setState({ version: VERSION, values });
}

/** Like `useState`, for a value that is kept under `name`. */
export function useKept<T>(name: string, initial: T, accepts: (value: unknown) => value is T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => kept(name, initial, accepts));
  const set = useCallback(
    (next: T) => {
      keep(name, next);
      setValue(next);
    },
    [name],
  );
  return [value, set];
}

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isStringOrNull = (value: unknown): value is string | null => value === null || isString(value);
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);

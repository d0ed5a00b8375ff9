/** What a quick fix can read from a message of the config's checks. */
export type Fix = { kind: 'replace'; key: string; by: string } | { kind: 'setKey' };

/** `models[0].modle: unknown key; did you mean "model"?`, or a variable with a key that is not set. */
export function fixFor(message: string): Fix | null {
  const near = /(?:^|[.\]])([\w$-]+): unknown key; .*"([\w$-]+)"\??$/.exec(message);
  if (near) return { kind: 'replace', key: near[1]!, by: near[2]! };
  return /\bapiKey\b.*: the environment variable \S+ is not set\b/.test(message) ? { kind: 'setKey' } : null;
}

/** Where a key stands on a line, without its quotes; null where it does not. */
export function keyOn(line: string, key: string): { start: number; end: number } | null {
  const quoted = `"${key}"`;
  for (let at = line.indexOf(quoted); at >= 0; at = line.indexOf(quoted, at + 1))
    if (/^\s*:/.test(line.slice(at + quoted.length))) return { start: at + 1, end: at + 1 + key.length };
  return null;
}

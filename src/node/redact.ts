/**
 * Keeps secrets out of everything that is stored, shown or logged: each occurrence, also in the forms in which an
 * endpoint may echo it (percent-encoded, inside a JSON string, base64), is replaced by `[redacted]`.
 */

const REDACTED = '[redacted]';

/** Values that people give where a server wants some key but checks none. Public knowledge, and ordinary words. */
const PLACEHOLDERS = new Set(
  'empty none null dummy fake test token key ollama lm-studio vllm llama local no-key not-needed'.split(' '),
);

/** From this length on a secret is replaced inside words too; a shorter one only where it stands by itself. */
const ANYWHERE_FROM = 6;
/** Below this length only `Bearer <secret>` is replaced: anything else would tear ordinary text apart. */
const ALONE_FROM = 4;

interface Redactor {
  (text: string): string;
  /** The same for text that arrives in pieces; what may be the start of a secret waits for the next piece. */
  stream(): RedactedStream;
}

interface RedactedStream {
  push(delta: string): string;
  end(): string;
}

/** A redactor for these secrets; empty strings are ignored. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const needles = [...new Set(secrets)].filter((secret) => secret !== '').flatMap(needlesOf);
  // Longer ones first, so that a secret that contains another one goes as a whole.
  needles.sort((a, b) => b.text.length - a.text.length);
  const pattern = needles.length === 0 ? null : new RegExp(needles.map((needle) => needle.source).join('|'), 'gi');
  const redact = (text: string) =>
    pattern === null
      ? text
      : text.replace(pattern, (match) => (/^bearer /i.test(match) ? `Bearer ${REDACTED}` : REDACTED));
  const texts = needles.map((needle) => needle.text.toLowerCase());
  return Object.assign(redact, { stream: () => redactedStream(redact, pattern, texts) });
}

/** The forms of a secret, each as plain text and as the source of a regular expression. */
function needlesOf(secret: string): { text: string; source: string }[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = new Set([secret, json, json.replaceAll('/', '\\/'), encodeURIComponent(secret)]);
  const onlyBearer = secret.length < ALONE_FROM || PLACEHOLDERS.has(secret.toLowerCase());
  const alone = secret.length < ANYWHERE_FROM;
  if (!onlyBearer && !alone) {
    const bytes = Buffer.from(secret);
    forms.add(bytes.toString('base64').replace(/=+$/, '')).add(bytes.toString('base64url'));
  }
  return [...forms].map((form) => {
    const literal = form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    if (onlyBearer) return { text: `Bearer ${form}`, source: `Bearer ${literal}(?![\\w-])` };
    return { text: form, source: alone ? `(?<![\\w-])${literal}(?![\\w-])` : literal };
  });
}

function redactedStream(
  redact: (text: string) => string,
  pattern: RegExp | null,
  needles: readonly string[],
): RedactedStream {
  let pending = '';
  return {
    push(delta) {
      pending += delta;
      const lower = pending.toLowerCase();
      // A needle that ends here waits as well: a character that follows may decide whether it stands alone.
      let cut = pending.length - Math.max(0, ...needles.map((needle) => overlap(lower, needle)));
      // Never through a secret that is there already: its end may look like the start of the next.
      for (const { index, 0: match } of pattern === null ? [] : pending.matchAll(pattern)) {
        if (index < cut && cut < index + match.length) cut = index + match.length;
      }
      const safe = redact(pending.slice(0, cut));
      pending = pending.slice(cut);
      return safe;
    },
    end() {
      const rest = redact(pending);
      pending = '';
      return rest;
    },
  };
}

/** Length of the longest end of `text` with which `needle` begins. */
function overlap(text: string, needle: string): number {
  for (let n = Math.min(text.length, needle.length); n > 0; n--) if (text.endsWith(needle.slice(0, n))) return n;
  return 0;
}

import type { Check, CheckKind } from '../types.ts';
import type { ReadContext } from './input.ts';
import { compile, type TemplateKind } from './template.ts';
import { type Fields, scalarText } from './values.ts';

/** A check as a file writes it; its value may hold variables. */
export interface CheckTemplate {
  kind: CheckKind;
  negated: boolean;
  label: string;
  value?: string;
}

/** Names of simple checks in the formats we read. */
const KINDS = new Map<string, CheckKind>([
  ['equals', 'equals'],
  ['contains', 'contains'],
  ['icontains', 'icontains'],
  ['starts-with', 'startsWith'],
  ['startswith', 'startsWith'],
  ['ends-with', 'endsWith'],
  ['endswith', 'endsWith'],
  ['regex', 'regex'],
  ['is-json', 'is-json'],
]);

/** The kind of check behind a name such as `not-contains` or `startsWith`. */
function checkKind(name: string): { kind: CheckKind; negated: boolean } | null {
  const negated = name.startsWith('not-');
  const kind = KINDS.get((negated ? name.slice(4) : name).toLowerCase());
  return kind ? { kind, negated } : null;
}

/**
 * Maps one check onto ours, where the meaning is exactly the same: `contains-all` becomes several checks,
 * `contains-any` one regex of the escaped alternatives. A string says why it cannot be mapped.
 */
export function toChecks(type: string, value: unknown, name?: string): CheckTemplate[] | string {
  const label = (shown: string) => `${name ? `${name}: ` : ''}${shown}`;
  const simple = checkKind(type);
  if (simple) {
    if (simple.kind === 'is-json') return [{ ...simple, label: label(type) }];
    const text = scalarText(value);
    if (text === null) return 'its value must be text';
    return [{ ...simple, value: text, label: label(`${type} ${JSON.stringify(text)}`) }];
  }
  if (type === 'contains-all' || type === 'icontains-all') {
    const list = toList(value);
    if (!list) return 'its value must be a list of texts';
    const kind = type === 'contains-all' ? 'contains' : 'icontains';
    return list.map((text) => ({
      kind,
      negated: false,
      value: text,
      label: label(`${type}: ${kind} ${JSON.stringify(text)}`),
    }));
  }
  if (type === 'contains-any' || type === 'not-contains-any') {
    const list = toList(value);
    if (!list || list.length === 0) return 'its value must be a list of texts';
    if (list.some((text) => text.includes('{{'))) return 'variables in its list are not supported';
    const pattern = list.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
    return [
      { kind: 'regex', negated: type.startsWith('not-'), value: pattern, label: label(`${type} ${list.join(', ')}`) },
    ];
  }
  return 'no such check here';
}

function toList(value: unknown): string[] | null {
  const list = Array.isArray(value)
    ? value.map(scalarText)
    : scalarText(value)
        ?.split(',')
        .map((t) => t.trim());
  return list?.every((t) => t !== null) ? (list as string[]) : null;
}

/** The checks of one sample: variables filled in, labels made distinct. Throws RowError for a missing variable. */
export function fillChecks(templates: CheckTemplate[], variables: Fields, kind: TemplateKind): Check[] {
  const seen = new Map<string, number>();
  return templates.map((template) => {
    const times = (seen.get(template.label) ?? 0) + 1;
    seen.set(template.label, times);
    return {
      kind: template.kind,
      negated: template.negated,
      label: times === 1 ? template.label : `${template.label} (${times})`,
      ...(template.value === undefined ? {} : { value: compile(template.value, kind)(variables) }),
    };
  });
}

/** Why a regular expression cannot run, or null. Its variables are not filled in yet. */
export function badRegex(template: CheckTemplate): string | null {
  if (template.kind !== 'regex' || template.value === undefined || template.value.includes('{{')) return null;
  try {
    new RegExp(template.value);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Warnings that many rows share: each is told once, at its first line, with the other lines named. Nothing that a
 * file asks for is dropped in silence, and a file of a thousand rows does not give a thousand warnings.
 */
export class SharedWarnings {
  readonly #found = new Map<string, { message: string; file: string; lines: Set<number | undefined> }>();

  add(message: string, file: string, line: number | undefined): void {
    const key = `${file}\n${message}`;
    const entry = this.#found.get(key) ?? { message, file, lines: new Set() };
    entry.lines.add(line);
    this.#found.set(key, entry);
  }

  tell(ctx: ReadContext): void {
    for (const { message, file, lines } of this.#found.values()) {
      const [first, ...rest] = lines;
      const named = rest.slice(0, 5).join(', ');
      const more = rest.length > 5 ? ` and ${rest.length - 5} more` : '';
      ctx.warn(
        first,
        rest.length > 0 ? `${message} (also on line${rest.length > 1 ? 's' : ''} ${named}${more})` : message,
        file,
      );
    }
    this.#found.clear();
  }
}

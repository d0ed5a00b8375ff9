import { parts, visible } from './visible.ts';

/** HTML or SVG that is known to be safe. Only `markup` and `output` make it, so nothing gets in unescaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

type Piece = string | number | Markup | null | undefined | false | Piece[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeEntities = (text: string) => text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);

function render(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  if (Array.isArray(piece)) return piece.map(render).join('');
  if (piece === null || piece === undefined || piece === false) return '';
  // Coordinates: a tenth of a pixel is enough, and `NaN` in a path would void the whole path.
  if (typeof piece === 'number') return Number.isFinite(piece) ? String(Math.round(piece * 100) / 100) : '0';
  return escapeEntities(visible(piece));
}

/** A template tag: everything put in is escaped, for text and quoted attributes alike, unless it is `Markup`. */
export function markup(strings: TemplateStringsArray, ...pieces: Piece[]): Markup {
  let text = strings[0]!;
  pieces.forEach((piece, i) => {
    text += render(piece) + strings[i + 1]!;
  });
  return new Markup(text);
}

/** A model's own words: escaped, with hidden characters marked as such. */
export function output(text: string): Markup {
  return markup`${parts(text).map((part) =>
    part.hidden ? markup`<span class="hidden-char">${part.text}</span>` : part.text,
  )}`;
}

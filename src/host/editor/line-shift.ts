/** A place in a text: line and character count from 0. */
export interface Place {
  line: number;
  character: number;
}

/** One replacement in a text, in the terms of the text before it. */
export interface TextEdit {
  range: { start: Place; end: Place };
  text: string;
}

/** Moves lines of a text that was read to where edits since then have put them. */
export class LineShift {
  #edits: { version: number; start: Place; end: Place; delta: number }[] = [];

  /**
   * Notes the edits of one change of the document.
   * @param version the document's version after them
   */
  note(version: number, edits: readonly TextEdit[]): void {
    for (const { range, text } of edits) {
      const { start, end } = range;
      const delta = lineFeeds(text) - (end.line - start.line);
      if (delta !== 0 || start.line !== end.line) this.#edits.push({ version, start, end, delta });
    }
  }

  /** Forgets the edits that are part of the text of this version. */
  rebase(version: number): void {
    this.#edits = this.#edits.filter((edit) => edit.version > version);
  }

  /** Where the beginning of a line is now; both count from 0. A line that was removed lies where it was. */
  now(line: number): number {
    let at = line;
    for (const { start, end, delta } of this.#edits) {
      if (at > end.line || (at === end.line && end.character === 0)) at += delta;
      else if (at > start.line) at = start.line;
    }
    return at;
  }
}

function lineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

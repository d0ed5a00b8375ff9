/**
 * The line of a prompt that tells it from others of its kind: these begin alike, and often end alike with what the
 * answer has to look like. It is the last question, without what leads to it (`Answer with a phrase: `); else the longest
 * line, without a first word such as `Text: `.
 * Empty where the text is.
 */
export function tellingLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const question = lines.findLast((line) => /[?？؟]["'”’»)]?$/u.test(line));
  const longest = lines.reduce((a, b) => (b.length > a.length ? b : a), '');
  return question?.replace(/^[^:?]{1,80}:\s+/, '') ?? longest.replace(/^\p{L}+:\s+/u, '');
}

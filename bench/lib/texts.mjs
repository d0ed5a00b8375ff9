/** Made-up references of 20 words, and answers that share about half of their words with them; the same in every run. */
export function makeTexts() {
  const random = mulberry32(1);
  const letters = 'etaoinshrdlucmwfgypb';
  const pick = (items) => items[Math.floor(random() * items.length)];
  const word = () => Array.from({ length: 2 + Math.floor(random() * 8) }, () => pick(letters)).join('');
  const vocabulary = ['the', 'a', 'an', 'of', 'Paris,', 'naïve', '1987.', ...Array.from({ length: 3000 }, word)];
  return {
    next() {
      const words = Array.from({ length: 20 }, () => pick(vocabulary));
      const answer = () => words.map((w) => (random() < 0.5 ? w : pick(vocabulary))).join(' ');
      return { reference: words.join(' '), answer };
    },
  };
}

/** A small seeded generator. */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * The maps from an evaluator's raw value to quality in [0, 10]. A value that is not a number is the fault of the model
 * that gave it, not a quality: the maps throw a RangeError, which the caller reports as the error of that score.
 */

/**
 * Cosine similarity of two vectors of the same length, in [-1, 1]; 0 where one of them is the zero vector. Vectors are
 * scaled by their largest component, so that no finite input overflows or underflows. Throws a RangeError for
 * different lengths and for components that are not finite.
 */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`cannot compare vectors of ${a.length} and ${b.length} dimensions`);
  const scaleA = largest(a);
  const scaleB = largest(b);
  if (scaleA === 0 || scaleB === 0) return 0;
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]! / scaleA;
    const y = b[i]! / scaleB;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return clip(dot / Math.sqrt(squaresA * squaresB), -1, 1);
}

/** Bi-encoder: 10 times the cosine, negative cosines counting as 0. */
export function biEncoderQuality(cosineSimilarity: number): number {
  return 10 * clip(cosineSimilarity, 0, 1);
}

/** Cross-encoder whose output is a logit: 10 / (1 + e^-x). */
export function sigmoidQuality(logit: number): number {
  return 10 / (1 + Math.exp(-aNumber(logit)));
}

/** Cross-encoder whose output is already on [0, 1]: 10 times it, clipped. */
export function unitQuality(value: number): number {
  return 10 * clip(value, 0, 1);
}

/** Natural language inference: 10 times the probability of entailment, by a softmax over the classes' logits. */
export function nliQuality(logits: ArrayLike<number>, entailment: number): number {
  const top = Math.max(...Array.from(logits, aNumber));
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - top);
  return (10 * Math.exp(aNumber(logits[entailment]) - top)) / sum;
}

/** Lexical metric on [0, 1]: 10 times it, clipped. */
export function lexicalQuality(value: number): number {
  return 10 * clip(value, 0, 1);
}

/** Judge that answers on [0, 10]: its number, clipped. */
export function judgeQuality(value: number): number {
  return clip(value, 0, 10);
}

function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, aNumber(value)));
}

function aNumber(value: number | undefined): number {
  if (value === undefined || Number.isNaN(value))
    throw new RangeError('the evaluator gave a value that is not a number');
  return value;
}

function largest(vector: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < vector.length; i++) {
    const size = Math.abs(vector[i]!);
    if (!Number.isFinite(size)) throw new RangeError('the embedding holds a value that is not a finite number');
    if (size > max) max = size;
  }
  return max;
}

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** What the originals say about one text, made by scripts/vectors/make_vectors.py. */
export interface TextVector {
  text: string;
  references: string[];
  f1: number;
  exact: number;
  rouge1: number;
  rouge2: number;
  rougeL: number;
  rouge1Stemmed: number;
  rouge2Stemmed: number;
  rougeLStemmed: number;
  chrf: number;
}

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${name}`, import.meta.url), 'utf8')) as T;
}

export function textVectors(): TextVector[] {
  return readVectors<TextVector[]>('texts.json');
}

/** Compares a metric with the original on every text, to 1e-9, and lists each text where they differ. */
export function expectAllEqual(
  vectors: TextVector[],
  ours: (v: TextVector) => number | null | undefined,
  original: (v: TextVector) => number,
): void {
  const wrong = vectors
    .map((v) => ({ text: v.text, references: v.references, ours: ours(v), original: original(v) }))
    .filter((r) => typeof r.ours !== 'number' || !(Math.abs(r.ours - r.original) <= 1e-9));
  expect(wrong).toEqual([]);
}

import { InvalidArgumentError } from 'commander';
import type { SweepAxis } from '../core/config-simulation.ts';

/** The values of `--sweep`: `k=1,3,5`, `beta=0:1:11`, `consensus=mean,{"trimmed": 0.2}`; a value that is no JSON is text. */
export function parseSweep(value: string, previous: Record<string, SweepAxis> = {}): Record<string, SweepAxis> {
  const [, option, text] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(value) ?? [];
  if (option === undefined || text === undefined) {
    throw new InvalidArgumentError('Expected an option and its values, such as k=1,3,5 or beta=0:1:11.');
  }
  if (option in previous || Object.keys(previous).length === 2) {
    throw new InvalidArgumentError('Expected at most two options, each once.');
  }
  return { ...previous, [option]: parseRange(text) ?? parseJson(`[${text}]`) ?? text.split(',').map(parseValue) };
}

function parseRange(text: string): SweepAxis | null {
  const parts = text.split(':').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [from, to, steps] = parts;
  if (parts.length !== 3 || parts.some(Number.isNaN)) return null;
  if (!Number.isInteger(steps) || steps! < 2 || steps! > 10_000) {
    throw new InvalidArgumentError('A range needs a whole number of values, from 2 to 10000: from:to:count.');
  }
  return { from: from!, to: to!, steps: steps! };
}

function parseValue(text: string): unknown {
  return parseJson(text) ?? text.trim();
}

function parseJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { type ParseError, parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config.ts';
import { proposeConfig, type Surroundings } from '../../../src/node/init/propose.ts';

const BUNDLED = { models: ['small', 'large'], evaluators: ['sts'] };

/** The proposal as the product itself would read it. */
function read(surroundings: Partial<Surroundings>) {
  const text = proposeConfig({ prompts: [], servers: [], bundled: BUNDLED, ...surroundings });
  const errors: ParseError[] = [];
  const value = parse(text, errors, { disallowComments: false });
  expect(errors).toEqual([]);
  return { text, config: configSchema.parse(value) };
}

const server = (name: string, models: string[], needsKey = false) => ({
  name,
  baseUrl: `http://127.0.0.1:${name.length}000/v1`,
  models,
  needsKey,
});

describe('proposeConfig', () => {
  it('takes the bundled models where no server answers, and says that they are for trying', () => {
    const { text, config } = read({});
    expect(config.models).toMatchObject([
      { id: 'small', provider: 'onnx', model: 'bundled:small' },
      { id: 'large', provider: 'onnx', model: 'bundled:large' },
    ]);
    expect(config.evaluators.map((e) => e.kind)).toEqual(['bi-encoder', 'lexical', 'lexical']);
    expect(config.prompts).toEqual(['prompts/example.prompt.yml']);
    expect(text).toMatch(/\/\/.*for trying the tool, not for work/);
  });

  it('takes what servers serve, at most three of each, without embedding models', () => {
    const models = ['bge-large', 'm1', 'm2', 'm3', 'm4', 'nomic-embed-text'];
    const { text, config } = read({ servers: [server('Ollama', models), server('vLLM', ['m1'])] });
    expect(config.models.map((m) => m.id)).toEqual(['m1', 'm2', 'm3', 'm1 (vLLM)']);
    expect(config.models.every((m) => m.provider === 'openai')).toBe(true);
    expect(text).toContain('Ollama also has m4.');
  });

  it('shows how to name the key of a server that wants one, and stays runnable', () => {
    const { text, config } = read({ servers: [server('vLLM', [], true)] });
    expect(text).toMatch(/\/\/ \{.*"apiKey": \{"env": "KEY"\}/);
    expect(config.models.map((m) => m.id)).toEqual(['small', 'large']);
  });

  it('is a valid config whatever the names are, and without any bundled model', () => {
    const odd = ['a"b', 'line\nbreak', '*/ // {', '\u001b[31mred', 'm4', 'end\n"x": 1'];
    const { config } = read({
      prompts: [{ glob: 'set "1"/**/*.jsonl', files: 2 }],
      servers: [server('Odd\n}', odd, true), server('Odd\n}', odd)],
      bundled: { models: [], evaluators: [] },
    });
    expect(new Set(config.models.map((m) => m.id)).size).toBe(6);
    expect(config.prompts).toEqual(['set "1"/**/*.jsonl']);
    expect(read({ bundled: { models: [], evaluators: [] } }).config.models).toHaveLength(1);
  });
});

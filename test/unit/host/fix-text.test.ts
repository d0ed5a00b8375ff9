import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/core/config-parse.ts';
import { fixFor, keyOn } from '../../../src/host/editor/fix-text.ts';

test("an unknown key's message names the key and what was meant", () => {
  const text =
    '{\n "prompts": ["a"],\n "models": [{"id": "a", "provider": "onnx", "modle": "x"}],\n "evaluatorz": []\n}';
  const fixes = parseConfig(text, 'poq.config.json').diagnostics.map(({ message }) => fixFor(message));
  expect(fixes).toContainEqual({ kind: 'replace', key: 'modle', by: 'model' });
  expect(fixes).toContainEqual({ kind: 'replace', key: 'evaluatorz', by: 'evaluators' });
});

test('a missing variable can be replaced by a kept key', () => {
  const message = 'models[0].apiKey.env: the environment variable KEY is not set: set it to the key, or remove it';
  expect(fixFor(message)).toEqual({ kind: 'setKey' });
  expect(fixFor('prompts[0]: "x" matches no file')).toBeNull();
  expect(fixFor('prompt: the environment variable KEY is not set')).toBeNull();
});

test('a key is found where it is a key, not where it is a value', () => {
  expect(keyOn('{"a": "modle", "modle" : 1}', 'modle')).toEqual({ start: 16, end: 21 });
  expect(keyOn('{"a": "modle"}', 'modle')).toBeNull();
});

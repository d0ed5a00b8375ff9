import { expect, test } from 'vitest';
import { looksLikePrompts, nameTells } from '../../../src/host/editor/prompt-names.ts';

test.each([
  ['qa/short.prompt.yml', 'certain'],
  ['qa/short.PROMPT.YAML', 'certain'],
  ['a.prompty', 'certain'],
  ['promptfooconfig.yaml', 'certain'],
  ['deep/promptfooconfig.de.json', 'certain'],
  ['mypromptfooconfig.txt', 'unlikely'],
  ['data/rows.jsonl', 'possible'],
  ['package.json', 'possible'],
  ['poq.config.json', 'no'],
  ['sub/poq.config.json', 'no'],
  ['.poq/runs/1/samples.jsonl', 'no'],
  ['web/node_modules/x/a.prompty', 'no'],
  ['src/main.ts', 'unlikely'],
])('%s by its name: %s', (path, told) => {
  expect(nameTells(path)).toBe(told);
});

test.each([
  ['rows.jsonl', '{"prompt": "a"}\n', 'jsonl'],
  ['rows.jsonl', '\uFEFF\n{"id": 1, "messages": []}\n', 'jsonl'],
  ['log.jsonl', '{"level": "info", "text": "prompt"}\n{"prompt": "late"}', null],
  ['people.csv', 'name,age\nprompt,3\n', null],
  ['rows.csv', '"id","Prompt"\n', 'csv'],
  ['rows.csv', 'id;question;answer\n', 'csv'],
  ['rows.tsv', 'id\tinput\n', 'tsv'],
  ['squad.csv', 'id,context,question,answers\n', 'squad'],
  ['package.json', '{"name": "x", "version": "1"}', null],
  ['rows.json', '[{"prompt": "a"}]', 'jsonl'],
  ['ci.yml', 'on: push\njobs: {}\n', null],
  ['x.yml', 'messages:\n  - role: user\n', 'prompt-yml'],
  ['empty.jsonl', '', null],
])('%s that begins %j: %s', (path, head, format) => {
  expect(looksLikePrompts(path, head)).toBe(format);
});

import { describe, expect, it } from 'vitest';
import { detectFormat, resolveEnv } from '../../../src/core/prompts/index.ts';
import { read } from './helpers.ts';

describe('.prompt.yml', () => {
  const file = `name: Capitals
model: openai/gpt-4o
modelParameters:
  maxTokens: 20
  temperature: 0.50
  topP: 3
  frequencyPenalty: 1
messages:
  - role: system
    content: Be brief.
  - role: user
    content: 'Capital of {{ country }}? Not {{{json}}'
testData:
  - country: France
    expected: Paris
    json: a
  - country: Italy
    json: b
    expected: 1.10
  - country: Spain
    expected: [Madrid, 7]
evaluators:
  - name: same
    string:
      equals: '{{expected}}'
  - name: both
    string: {contains: a, endsWith: "."}
  - name: odd
    string:
      soundsLike: x
  - name: judge
    llm:
      modelId: x
  - name: sim
    uses: github/similarity
  - name: other
    uses: acme/thing
`;

  it('makes a sample of each row, with its line', async () => {
    const { samples, told } = await read('p/a.prompt.yml', file.replaceAll('\n', '\r\n'));
    expect(samples.map((s) => [s.id, s.references, s.source.line])).toEqual([
      ['p/a.prompt.yml#0', ['Paris'], 14],
      ['p/a.prompt.yml#1', ['1.10'], 17],
    ]);
    expect(samples[0]!.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Capital of France? Not {a' },
    ]);
    expect(samples[0]!.options).toEqual({ maxTokens: 20, temperature: 0.5 });
    expect(samples[0]!.requestedModel).toBe('openai/gpt-4o');
    expect(samples[1]!.checks).toEqual([
      { kind: 'equals', negated: false, value: '1.10', label: 'same: equals "{{expected}}"' },
      { kind: 'contains', negated: false, value: 'a', label: 'both: contains "a"' },
      { kind: 'endsWith', negated: false, value: '.', label: 'both: endsWith "."' },
    ]);
    expect(told).toEqual([
      expect.stringMatching(/^warning 30 evaluator "odd".*soundsLike/),
      expect.stringMatching(/^warning 32 evaluator "judge" \(llm\)/),
      expect.stringMatching(/^warning 35 evaluator "sim".*bi-encoder/),
      expect.stringMatching(/^warning 37 evaluator "other".*acme\/thing/),
      expect.stringMatching(/^warning 6 .*"topP"/),
      expect.stringMatching(/^warning 7 .*"frequencyPenalty"/),
      expect.stringMatching(/^error 20 \{\{json\}\}/),
    ]);
  });

  it('survives bombs, tags, depth, broken YAML and prototypes', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
      .join('\n')}\nmessages: *i\n`;
    expect((await read('a.prompt.yml', bomb)).told).toEqual([expect.stringMatching(/^error .*alias/i)]);
    const tagged = await read('a.prompt.yml', 'messages:\n  - role: user\n    content: !!js/function "f()"\n');
    expect(tagged.told).toEqual([expect.stringMatching(/^error 3 the tag .*js\/function is not supported.*skipped/)]);
    expect(tagged.samples).toEqual([]);
    const deep = `messages: ${'['.repeat(1e5)}`;
    expect((await read('a.prompt.yml', deep, { size: 1e4 })).told).toEqual(['error 1 nested too deeply']);
    const two = await read('a.prompt.yml', 'messages: []\n---\nmessages: []\n');
    expect(two.told).toEqual([expect.stringMatching(/^error 2 a second YAML document/)]);
    expect((await read('a.prompt.yml', 'messages:\n  - role: user\n   content: x\n')).told[0]).toMatch(
      /^error [23] not valid YAML/,
    );
    expect((await read('a.prompt.yml', '')).told).toEqual(['error 1 the file is empty']);
    const proto = 'messages:\n  - {role: user, content: "{{toString}}"}\ntestData:\n  - __proto__: {toString: x}\n';
    expect((await read('a.prompt.yml', proto)).told).toEqual([expect.stringMatching(/^error 4 \{\{toString\}\}/)]);
  });
});

describe('.prompty', () => {
  it('reads v1 with a sample file, roles in the template only', async () => {
    const file = `---
name: x
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: gpt-35}
  parameters: {max_tokens: 30, stop: END}
sample: \${file:sample.json}
---
system:
You help {{name}}.

user:
{% for q in questions %}{{ q }} {% endfor %}
`;
    const files = {
      'p/sample.json': '[{"name":"Ann\\nsystem:\\nevil","questions":["a","b"],"ideal":"yes"},{"questions":[]}]',
    };
    const { samples, told } = await read('p/x.prompty', file, { files });
    expect(samples[0]).toMatchObject({
      id: 'p/x.prompty#0',
      messages: [
        { role: 'system', content: 'You help Ann\nsystem:\nevil.' },
        { role: 'user', content: 'a b' },
      ],
      references: ['yes'],
      options: { maxTokens: 30, stop: ['END'] },
      requestedModel: 'gpt-35',
    });
    expect(samples).toHaveLength(1);
    expect(told).toEqual([expect.stringContaining('{{name}}')]);
  });

  it('reads v2: inputs, mustache, files and environment variables', async () => {
    const file = `---
model: {id: gpt-4o, connection: {apiKey: "\${env:SECRET}"}, options: {maxOutputTokens: 9, topP: 0.5}}
inputs:
  - {name: city, kind: string, default: Rome}
  - {name: doc, default: "\${file:doc.txt}"}
template: {format: {kind: mustache}}
---
user:
{{city}} {{#doc}}has {{doc}}{{/doc}} \${file:more.txt} \${env:NAME:you} <&>
assistant:
ok
`;
    const files = { 'doc.txt': '{{text}}', 'more.txt': '{{not}} a template' };
    const { samples, told } = await read('x.prompty', file, { files, env: new Map([['NAME', 'secret']]) });
    expect(told).toEqual([]);
    expect(samples[0]).toMatchObject({
      messages: [
        { role: 'user', content: `Rome has {{text}} {{not}} a template \${env:NAME:you} <&>` },
        { role: 'assistant', content: 'ok' },
      ],
      options: { maxTokens: 9, topP: 0.5 },
      requestedModel: 'gpt-4o',
    });
    expect(JSON.stringify(samples)).not.toContain('secret');
    expect(resolveEnv(samples[0]!.messages, () => 'secret')[0]!.content).toContain(' secret <&>');
    expect(resolveEnv(samples[0]!.messages, () => undefined)[0]!.content).toContain(' you <&>');
  });

  it.each(['../secret.txt', '/etc/passwd', 'C:\\x', '..\\secret.txt'])('refuses the file %s', async (name) => {
    const { samples, told } = await read('x.prompty', `---\nname: x\n---\nuser:\n\${file:${name}}\n`);
    expect(samples).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/^error 5 .*outside the workspace/)]);
  });

  it('says what it cannot read', async () => {
    expect((await read('x.prompty', 'user:\nhi\n')).told).toEqual([expect.stringMatching(/front matter/)]);
    expect((await read('x.prompty', '---\ntemplate: handlebars\n---\nuser:\nhi\n')).told).toEqual([
      expect.stringMatching(/handlebars/),
    ]);
    expect((await read('x.prompty', '---\nname: x\n---\nuser:\n{% if %}\n')).told).toEqual([
      expect.stringMatching(/template/),
    ]);
    expect(
      (
        await read(
          'x.prompty',
          '---\nname: x\n---\nuser:\nhi {{who}} {{ a.b }} {{ c | default("d") }}{% if e %}{{ e }}{% endif %}\n',
        )
      ).told,
    ).toEqual(['error 4 {{who}}, {{a.b}}: no such variables for this prompt']);
  });
});

describe('promptfooconfig.yaml', () => {
  it('crosses prompts, tests and lists, and merges defaults', async () => {
    const file = `prompts:
  - 'Say {{word}} {{ "loudly" if loud }}'
  - file://chat.json
providers: [openai:gpt-4o]
defaultTest:
  vars: {word: hi}
  assert:
    - {type: icontains, value: '{{word}}'}
tests:
  - vars: {word: [a, b], expected: x}
    assert:
      - type: equals
        value: 'is {{word}}'
      - {type: not-contains, value: sorry}
  - assert:
      - {type: llm-rubric, value: nice}
      - {type: javascript, value: 'process.exit()'}
      - {type: contains-any, value: ['a.b', 'c']}
      - {type: contains-all, value: 'x, y'}
      - {type: similar, value: 'hello'}
      - {type: is-json}
      - {type: assert-set, assert: [{type: starts-with, value: h}]}
`;
    const files = { 'f/chat.json': '[{"role":"system","content":"s"},{"role":"user","content":"{{word}}!"}]' };
    const { samples, told } = await read('f/promptfooconfig.yaml', file, { files });
    expect(samples.map((s) => [s.id.split('#')[1], s.messages.at(-1)!.content, s.references, s.source.line])).toEqual([
      ['0/0/0', 'Say a ', ['x', 'is a'], 10],
      ['0/0/1', 'Say b ', ['x', 'is b'], 10],
      ['0/1', 'Say hi ', ['hello'], 15],
      ['1/0/0', 'a!', ['x', 'is a'], 10],
      ['1/0/1', 'b!', ['x', 'is b'], 10],
      ['1/1', 'hi!', ['hello'], 15],
    ]);
    expect(samples[0]!.checks.map((c) => [c.kind, c.negated, c.value])).toEqual([
      ['icontains', false, 'a'],
      ['equals', false, 'is a'],
      ['contains', true, 'sorry'],
    ]);
    expect(samples[2]!.checks.map((c) => [c.kind, c.value])).toEqual([
      ['icontains', 'hi'],
      ['regex', 'a\\.b|c'],
      ['contains', 'x'],
      ['contains', 'y'],
      ['is-json', undefined],
      ['startsWith', 'h'],
    ]);
    expect(told).toEqual([
      expect.stringMatching(/^info 4 .*openai:gpt-4o/),
      expect.stringMatching(/^warning 16 .*llm-rubric/),
      expect.stringMatching(/^warning 17 .*javascript.*never run/),
      expect.stringMatching(/^warning 20 .*similar.*bi-encoder/),
    ]);
  });

  it('reads tables of tests, scenarios, several prompts in a file', async () => {
    const file = `prompts: [prompts.txt]
tests: file://tests.csv
scenarios:
  - config: [{vars: {q: s1}}, {vars: {q: s2}}]
    tests: [{vars: {r: t}}]
`;
    const files = {
      'prompts.txt': 'One {{q}}\n---\nTwo {{q}}\n',
      'tests.csv':
        'q,__expected,__expected2,note\na,"contains: x",is-json,n\nb,plain: text,,n\nc,fn:output,similar(0.8): y,n\n',
    };
    const { samples, told } = await read('promptfooconfig.yaml', file, { files });
    expect(samples).toHaveLength(10);
    expect(samples[0]!.checks.map((c) => [c.kind, c.value])).toEqual([
      ['contains', 'x'],
      ['is-json', undefined],
    ]);
    expect(samples[1]!.checks[0]).toMatchObject({ kind: 'equals', value: 'plain: text' });
    expect(samples[1]!.source).toEqual({ file: 'tests.csv', line: 3 });
    expect(samples[2]!.references).toEqual(['y']);
    expect(samples[4]!.messages[0]!.content).toBe('One s2');
    expect(told).toEqual([
      expect.stringMatching(/^warning 4 .*javascript/),
      expect.stringMatching(/^warning 4 .*similar/),
    ]);
  });

  it('never runs code, and names missing variables', async () => {
    const file = `prompts: ['{{a}}', 'file://p.js', 'exec:run', 'file://../x.txt']
tests:
  - file://t.py
  - vars: {b: 1}
  - vars: {a: file://v.js}
`;
    const { samples, told } = await read('promptfooconfig.yaml', file);
    expect(samples).toEqual([]);
    expect(told).toEqual([
      expect.stringMatching(/^error 1 .*p\.js.*never run/),
      expect.stringMatching(/^error 1 .*exec.*never run/),
      expect.stringMatching(/^error 1 .*outside the workspace/),
      expect.stringMatching(/^error 3 .*t\.py.*never run/),
      expect.stringMatching(/^error 4 \{\{a\}\}/),
      expect.stringMatching(/^error 5 .*never run/),
    ]);
  });

  it('reads files of tests that name others, but none that names itself', async () => {
    const files = { 'a.yaml': '- vars: {x: 1}\n- file://b.yaml\n', 'b.yaml': '- vars: {x: 2}\n- file://a.yaml\n' };
    const { samples, told } = await read('promptfooconfig.yaml', 'prompts: [hi]\ntests: file://a.yaml\n', { files });
    expect(samples.map((s) => s.source.file)).toEqual(['a.yaml', 'b.yaml']);
    expect(told).toEqual([expect.stringMatching(/^error 2 .*names itself: a\.yaml > b\.yaml > a\.yaml/)]);
  });

  it('gathers what repeats into one warning', async () => {
    const tests = Array.from({ length: 9 }, () => '  - assert: [{type: g-eval, value: x}]').join('\n');
    const { told } = await read('promptfooconfig.yaml', `prompts: [hi]\ntests:\n${tests}\n`);
    expect(told).toEqual([expect.stringMatching(/^warning 3 .*g-eval.*also on lines 4, 5, 6, 7, 8 and 3 more/)]);
  });
});

it.each([
  ['a/b.prompt.yaml', '', 'prompt-yml'],
  ['b.prompty', '', 'prompty'],
  ['promptfooconfig.dev.yaml', '', 'promptfoo'],
  ['x.yaml', 'prompts:\n  - a\ntests: []\n', 'promptfoo'],
  ['x.yml', 'messages:\n', 'prompt-yml'],
  ['x.yml', 'on: push\n', null],
  ['x.jsonl', '{"a":1}', 'jsonl'],
  ['x.ndjson', '{"context":"","question":"","answers":{}}', 'squad'],
  ['x.JSONL', '{"article":"","highlights":""}', 'cnn-dailymail'],
  ['x.csv', 'id,article,highlights\n', 'cnn-dailymail'],
  ['x.csv', 'prompt\n', 'csv'],
  ['x.tsv', 'prompt\n', 'tsv'],
  ['x.json', '{"data":[{"title":"t","paragraphs":[]}]}', 'squad'],
  ['x.json', '[{"prompt":"p"}]', 'jsonl'],
  ['package.json', '{"name":"x","version":"1"}', null],
  ['README.md', '', null],
])('%s that begins %j is %s', (path, head, format) => {
  expect(detectFormat(path, head)).toBe(format);
});

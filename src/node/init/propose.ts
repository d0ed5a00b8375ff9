import { oneLine } from '../../core/report/render/visible.ts';
import type { FoundPrompts } from '../detect/prompt-files.ts';
import type { FoundServer } from '../detect/servers.ts';

/** What `poq init` has seen. */
export interface Surroundings {
  prompts: FoundPrompts[];
  servers: FoundServer[];
  /** Names of the bundled models that generate text, and of the bundled encoders that score. */
  bundled: { models: string[]; evaluators: string[] };
}

/** Models of one server that the proposal takes; the others are named in a comment. */
const MODELS_PER_SERVER = 3;
/** Models that answer with vectors or ranks, not with text. */
const NOT_A_CHAT_MODEL = /embed|bge-|e5-|minilm|rerank/i;

/** Whether a server's model is likely to answer prompts, by its name. */
export function isChatModel(name: string): boolean {
  return !NOT_A_CHAT_MODEL.test(name);
}

/** The text of a poq.config.json for what is there: JSON with comments that say what each part is for. */
export function proposeConfig({ prompts, servers, bundled }: Surroundings): string {
  const globs = prompts.length > 0 ? prompts.map((found) => found.glob) : [EXAMPLE_PROMPTS.file];
  return `// What \`poq run\` does: models answer the prompts, evaluators score the answers, and the reward sets quality against cost.
// JSON with comments. Every key that is not written here has its default.
{
  // Prompt files, relative to this file: .prompt.yml, .prompty, promptfooconfig.yaml, JSONL, CSV, TSV, SQuAD, CNN/DailyMail.
  "prompts": [
${globs.map((glob) => `    ${JSON.stringify(glob)}`).join(',\n')}
  ],

  // The models to compare, each under an id of your choice.
  "models": [
${modelLines(servers, bundled.models)}
  ],

  // What scores the answers, from 0 to 10. Those that need a reference answer skip the samples without one.
  "evaluators": [
${[
  ...bundled.evaluators.map((name) =>
    object({ id: name, kind: 'bi-encoder', model: `bundled:${name}`, compare: 'auto' }),
  ),
  object({ id: 'rougeL', kind: 'lexical', metric: 'rougeL' }),
  object({ id: 'chrf', kind: 'lexical', metric: 'chrf' }),
].join(',\n')}
  ],

  "generation": {"maxTokens": 64, "temperature": 0},

  // R = alpha * quality / 10 - beta * cost, with the cost brought to [0, 1]. "minmax" compares the models of this run with
  // each other; {"budget": 2000} counts 2000 ms and more as 1, which gates on the reward and baselines need.
  "reward": {
    "models": {"alpha": 1, "beta": 0.5, "cost": {"of": "latency", "normalize": "minmax"}}
  },

  // Bounds to keep; when one is broken \`poq run\` exits with 3. For example: {"metric": "quality", "min": 6, "on": "interval"}
  "gates": []
}
`;
}

function modelLines(servers: FoundServer[], bundled: string[]): string {
  const lines: string[] = [];
  const notes: string[] = [];
  const taken = new Set<string>();
  for (const server of servers) {
    const chat = server.models.filter(isChatModel);
    for (const model of chat.slice(0, MODELS_PER_SERVER)) {
      lines.push(object({ id: freeId(model, server.name, taken), provider: 'openai', baseUrl: server.baseUrl, model }));
    }
    const more = chat.slice(MODELS_PER_SERVER);
    if (more.length > 0) notes.push(`${server.name} also has ${more.join(', ')}.`);
    if (server.needsKey) {
      notes.push(`${server.name} at ${server.baseUrl} asks for a key. Name the environment variable that holds it:`);
      notes.push(
        `{"id": "served", "provider": "openai", "baseUrl": "${server.baseUrl}", "model": "NAME", "apiKey": {"env": "KEY"}}`,
      );
    }
  }
  if (lines.length === 0) {
    const served = { id: 'served', provider: 'openai', baseUrl: 'http://127.0.0.1:11434/v1', model: 'llama3.2' };
    if (bundled.length === 0) lines.push(object(served));
    else {
      for (const name of bundled) lines.push(object({ id: name, provider: 'onnx', model: `bundled:${name}` }));
      notes.push('The bundled models are for trying the tool, not for work. A served one looks like this:');
      notes.push(object(served));
    }
  }
  return [lines.join(',\n'), ...notes.map((note) => `    // ${oneLine(note)}`)].join('\n');
}

/** The model's own name, or with the server's where two servers have one of that name. */
function freeId(model: string, server: string, taken: Set<string>): string {
  let id = model;
  for (let n = 1; taken.has(id); n++) id = n === 1 ? `${model} (${server})` : `${model} (${server} ${n})`;
  taken.add(id);
  return id;
}

function object(value: Record<string, string>): string {
  const entries = Object.entries(value).map(([key, text]) => `${JSON.stringify(key)}: ${JSON.stringify(text)}`);
  return `    {${entries.join(', ')}}`;
}

/** Written beside the config where a folder has no prompt files yet, so that the next command has something to run. */
export const EXAMPLE_PROMPTS = {
  file: 'prompts/example.prompt.yml',
  text: `# Samples in the format of GitHub Models: the messages once, the values of each sample under testData.
name: example
description: Questions about a short text.
messages:
  - role: user
    content: |-
      Answer the question with a short phrase from the text.

      Text: {{text}}

      Question: {{question}}
testData:
  - text: Nora works in the library in Leeds. Omar works in the bakery in York.
    question: Where does Nora work?
    expected: in the library
  - text: Nora works in the library in Leeds. Omar works in the bakery in York.
    question: Which city does Omar work in?
    expected: York
  - text: The red kite hangs in the hall. The blue kite lies in the garden.
    question: Where is the blue kite?
    expected: in the garden
`,
};

import * as z from 'zod';
import { simulation } from './config-simulation.ts';

/**
 * The workspace config, `poq.config.json`. This one schema gives the types, the validation and, through
 * scripts/make-schema.mjs, the JSON Schema that editors complete and check from.
 */

const text = z.string().min(1);
const positive = z.number().finite().positive();
const count = z.number().int().positive();

const promptEntry = z.union([
  text.describe('A glob, relative to the folder of the config.'),
  z.strictObject({
    glob: text.describe('Which files, relative to the folder of the config.'),
    format: z
      .enum(['prompt-yml', 'prompty', 'promptfoo', 'jsonl', 'csv', 'tsv', 'squad', 'cnn-dailymail'])
      .optional()
      .describe('How to read them; chosen by name and content when absent.'),
    task: text.optional().describe('The task of samples that name none themselves.'),
    tags: z.array(text).optional().describe('Tags for every sample of these files.'),
  }),
]);

const secret = z
  .strictObject({ env: text.describe('The environment variable that holds the key.') })
  .describe('Keys never stand in the config: name the environment variable that holds it.');

const price = z
  .strictObject({
    inputPerMTok: z.number().nonnegative().optional().describe('Price of a million prompt tokens, in currency units.'),
    outputPerMTok: z.number().nonnegative().optional().describe('Price of a million generated tokens.'),
    perHour: z.number().nonnegative().optional().describe('Price of the hardware per hour of work.'),
  })
  .describe('What the model costs. Absent means unknown, which is never counted as free.');

const modelId = text.describe('The name of this model in every table; yours to choose.');
const device = z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml']);
const dtype = z.enum(['auto', 'fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4']);

const onnxModel = z.strictObject({
  id: modelId,
  provider: z.literal('onnx'),
  model: text.describe('`bundled:<name>`, a folder starting with `./`, `../` or `/`, or the id of a model on the hub.'),
  dtype: dtype.default('auto'),
  device: device.default('auto'),
  batchSize: count.default(1).describe('Prompts generated together. Latency is then that of the batch.'),
  threads: count.optional().describe('Threads of one operator on the CPU.'),
  price: price.optional(),
});

const openaiModel = z.strictObject({
  id: modelId,
  provider: z.literal('openai'),
  baseUrl: z.url({ protocol: /^https?$/ }).describe('The base of the endpoint, up to and including `/v1`.'),
  model: text.describe('The name the endpoint knows the model by.'),
  apiKey: secret.optional(),
  price: price.optional(),
  timeoutMs: positive.default(120_000).describe('For the whole answer, in milliseconds.'),
  retries: z.number().int().nonnegative().default(3).describe('On 408, 409, 429, 5xx and refused connections.'),
  maxResponseBytes: count.default(10_000_000),
  concurrency: count.optional().describe("Requests at a time; the config's `concurrency` when absent."),
});

const recordedModel = z.strictObject({
  id: modelId,
  provider: z.literal('recorded'),
  file: text.describe('JSONL with {"sample", "text", "latencyMs", ...}, relative to the folder of the config.'),
  price: price.optional(),
});

const editorModel = z.strictObject({
  id: modelId,
  provider: z.literal('vscode-lm'),
  model: text.describe('Family or id of a language model that the editor offers.'),
  price: price.optional(),
});

const model = z.discriminatedUnion('provider', [onnxModel, openaiModel, recordedModel, editorModel]);

const evaluatorId = text.describe('The name of this evaluator in every table; yours to choose.');
const compare = z
  .enum(['reference', 'prompt', 'auto'])
  .default('auto')
  .describe('What the generation is compared with; `auto` is the reference where there is one, else the prompt.');

const encoder = {
  id: evaluatorId,
  model: text.describe('`bundled:<name>`, a folder, or the id of a model on the hub.'),
  compare,
  dtype: dtype.default('auto'),
  device: device.default('auto'),
  batchSize: count.default(16).describe('Pairs scored together; the latency of a score is its share of the batch.'),
  threads: count.optional(),
  price: price.optional(),
};

const biEncoder = z.strictObject({ ...encoder, kind: z.literal('bi-encoder') });

const lexical = z.strictObject({
  id: evaluatorId,
  kind: z.literal('lexical'),
  metric: z.enum(['rouge1', 'rouge2', 'rougeL', 'chrf']),
  stemmer: z.boolean().default(false).describe('ROUGE with the Porter stemmer.'),
});

const evaluator = z.discriminatedUnion('kind', [biEncoder, lexical]);

const generation = z
  .strictObject({
    maxTokens: count.default(64),
    temperature: z.number().min(0).max(2).default(0).describe('0 is greedy.'),
    topP: z.number().gt(0).max(1).optional(),
    topK: count.optional(),
    stop: z.array(text).optional(),
    seed: z.number().int().default(1),
    repeats: count.default(1).describe('Generations per sample and model.'),
  })
  .prefault({});

const normalize = z.union([
  z.literal('minmax').describe('Relative to the models of the run.'),
  z.strictObject({ budget: positive.describe('The cost that counts as 1: ms, tokens, currency units or joules.') }),
]);

const nodeReward = z
  .strictObject({
    alpha: z.number().nonnegative().finite().default(1),
    beta: z.number().nonnegative().finite().default(0.5),
    cost: z
      .strictObject({
        of: z.enum(['latency', 'tokens', 'money', 'energy']).default('latency'),
        normalize: normalize.default('minmax'),
      })
      .prefault({}),
  })
  .refine((r) => r.alpha > 0 || r.beta > 0, { message: 'alpha and beta must not both be 0' })
  .prefault({});

const consensus = z.union([
  z.enum(['mean', 'median']),
  z.strictObject({ trimmed: z.number().min(0).lt(0.5).describe('Share cut from each side.') }),
]);

const reward = z
  .strictObject({
    consensus: consensus.default('mean'),
    closeness: z.enum(['inclusive', 'leave-one-out']).default('inclusive'),
    failures: z.enum(['zero', 'exclude']).default('zero'),
    models: nodeReward,
    evaluators: nodeReward,
  })
  .prefault({});

const gate = z
  .strictObject({
    metric: z.enum(['quality', 'truth', 'reward', 'p95Ms', 'checks', 'errors']),
    min: z.number().finite().optional(),
    max: z.number().finite().optional(),
    model: text.optional().describe('One model; every model when absent.'),
    on: z
      .enum(['mean', 'interval'])
      .default('mean')
      .describe('`interval` asks that the whole 95 % interval keeps the bound.'),
  })
  .refine((g) => g.min !== undefined || g.max !== undefined, { message: 'a gate needs `min` or `max`' });

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  prompts: z.array(promptEntry).min(1).describe('The prompt files to run.'),
  models: z.array(model).min(1).describe('The models (inference nodes).'),
  evaluators: z.array(evaluator).min(1).describe('The evaluators (evaluator nodes) that score what the models answer.'),
  generation,
  reward,
  simulation,
  pass: z
    .strictObject({ minQuality: z.number().min(0).max(10).default(5) })
    .prefault({})
    .describe('When a sample counts as passed.'),
  gates: z.array(gate).default([]).describe('Bounds that a run must keep; `poq run` exits 3 when one fails.'),
  env: z.array(text).default([]).describe('Names of the environment variables that prompt files may read.'),
  reuse: z.boolean().default(false).describe('Take generations of earlier runs where prompt, model and options agree.'),
  concurrency: count.default(4).describe('Requests at a time to one endpoint.'),
});

export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
type PromptEntry = z.output<typeof promptEntry>;
export type PromptFormat = NonNullable<Exclude<PromptEntry, string>['format']>;
export type ModelConfig = z.output<typeof model>;
export type OnnxModelConfig = z.output<typeof onnxModel>;
export type OpenAiModelConfig = z.output<typeof openaiModel>;
export type RecordedModelConfig = z.output<typeof recordedModel>;
export type EditorModelConfig = z.output<typeof editorModel>;
export type EvaluatorConfig = z.output<typeof evaluator>;
export type BiEncoderConfig = z.output<typeof biEncoder>;
export type LexicalConfig = z.output<typeof lexical>;
export type GenerationConfig = z.output<typeof generation>;
export type RewardConfig = z.output<typeof reward>;
export type NodeRewardConfig = z.output<typeof nodeReward>;
export type ConsensusRule = z.output<typeof consensus>;
export type Gate = z.output<typeof gate>;
export type Price = z.output<typeof price>;
export type DeviceChoice = z.output<typeof device>;
export type DtypeChoice = z.output<typeof dtype>;

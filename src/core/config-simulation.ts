import * as z from 'zod';

/** The config's `simulation`: the network that is simulated, its protocol, and who attacks it. */

const text = z.string().min(1);
const positive = z.number().finite().positive();
const count = z.number().int().positive();

const share = z.number().min(0).max(1);
const score = z.number().min(0).max(10);

const normal = (value: z.ZodNumber) =>
  z.union([value, z.strictObject({ mean: value, sd: z.number().nonnegative().finite().default(0) })]);
const quality = normal(score);
const latency = normal(z.number().nonnegative().finite());

const copies = {
  count: z.number().int().min(0).max(1000).default(1).describe('Copies in the network; 0 leaves the node out.'),
  stake: positive.default(1).describe('Weight in the draw by stake and in Yuma consensus.'),
};

const simulatedNode = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('measured').describe("A model or evaluator of this config, with the run's data."),
    noise: z.number().nonnegative().finite().default(0).describe('SD of what sets each copy apart, in score points.'),
    ...copies,
  }),
  z.strictObject({
    kind: z.literal('model').describe('A model that is not measured but made up here.'),
    quality: quality.describe('On [0, 10]: a number, or a normal distribution cut at both ends.'),
    latencyMs: latency.describe('A number, or a normal distribution cut at 0.'),
    ...copies,
  }),
  z.strictObject({
    kind: z
      .literal('evaluator')
      .describe('An evaluator made up here: it scores 5 + slope * (quality - 5) + bias, plus noise.'),
    slope: z.number().finite().default(1),
    bias: z.number().finite().default(0),
    noise: z.number().nonnegative().finite().default(1).describe('SD of its errors, in score points.'),
    latencyMs: latency,
    ...copies,
  }),
]);

const lambda = z.number().min(0).max(2).default(0.1);

const calibrated = z
  .strictObject({
    memory: z.number().min(1).finite().default(500).describe('Rounds that bias and spread are averaged over.'),
    bias: z.number().nonnegative().finite().default(1).describe('Usual bias, in median biases.'),
    spread: positive.default(1.5).describe('Usual variance, in median variances.'),
    reach: positive.default(2).describe("How far a score may lie from the committee's median, in usual SDs."),
  })
  .describe('Mean of scores corrected by what was learned of their evaluators; our own rule.');

const simulatedConsensus = z.union([
  z.enum(['mean', 'median', 'trust', 'yuma', 'within-sd', 'calibrated']),
  z.strictObject({ trimmed: z.number().min(0).lt(0.5).describe('Share cut from each side.') }),
  z.strictObject({
    trust: z
      .strictObject({
        lambda: lambda.describe('How fast trust changes.'),
        min: positive.default(0.1),
        max: positive.default(2),
        start: positive.default(1),
      })
      .refine((t) => t.min <= t.start && t.start <= t.max, { message: 'must keep min <= start <= max' })
      .describe('Mean weighted by trust, which is learned from round to round.'),
  }),
  z.strictObject({
    yuma: z
      .strictObject({ kappa: z.number().gt(0).max(1).default(0.5) })
      .describe('Scores above what stake of share kappa supports are clipped.'),
  }),
  z.strictObject({ calibrated }),
]);

const who = {
  share: share.optional().describe('Share of the nodes; which ones is drawn from the seed.'),
  nodes: z.array(text).min(1).optional().describe('The nodes, by id; the id of a copied node means all its copies.'),
};
const probability = share.default(1).describe('Of attacking in a round that the node takes part in.');
const points = z.number().min(0).max(10);

const attack = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('noise'), ...who, strength: points.default(1).describe('SD.'), probability }),
    z.strictObject({ kind: z.literal('boosting'), ...who, strength: points.default(2), probability }),
    z.strictObject({ kind: z.literal('sabotage'), ...who, strength: points.default(2), probability }),
    z.strictObject({
      kind: z.literal('intermittent').describe('Boosting, now and then.'),
      ...who,
      strength: points.default(2),
      probability: share.default(0.5),
    }),
    z.strictObject({
      kind: z.literal('lazy').describe('Answers without looking, at almost no cost.'),
      ...who,
      strength: share.default(1).describe('Weight of the guess in the score, and of the work that is saved.'),
      guess: z.union([score, z.literal('running-mean')]).default(5),
      probability,
    }),
    z.strictObject({
      kind: z.literal('copier').describe('Answers the mean of the scores before its own, where it can see them.'),
      ...who,
      strength: share.default(1),
      probability,
    }),
    z.strictObject({
      kind: z.literal('collusion').describe('Raises the scores of one model.'),
      ...who,
      target: text.optional().describe('The model; or name it among `nodes`.'),
      strength: points.default(10),
      probability,
    }),
    z.strictObject({
      kind: z.literal('false-cost').describe('Reports the cost times (1 - strength).'),
      ...who,
      of: z.enum(['models', 'evaluators']).optional().describe('Models, unless `nodes` names evaluators.'),
      strength: share.default(0.5),
      probability,
    }),
    z.strictObject({
      kind: z.literal('gaming').describe('Models whose answers are made to please one evaluator.'),
      ...who,
      target: text.optional().describe('The evaluator; or name it among `nodes`.'),
      strength: points.default(2),
      probability: share.default(1).describe('Share of the answers that are made so.'),
    }),
  ])
  .refine((a) => (a.share === undefined) !== (a.nodes === undefined), {
    message: 'needs either `share` or `nodes`',
  });

const sweepAxis = z.union([
  z.array(z.unknown()).min(1).max(10_000).describe('The values.'),
  z
    .strictObject({ from: z.number().finite(), to: z.number().finite(), steps: z.number().int().min(2).max(10_000) })
    .describe('Evenly spaced values, both ends included.'),
]);

const MAX_ROUNDS = 1_000_000_000;

export const simulation = z
  .strictObject({
    rounds: count.max(MAX_ROUNDS).default(5000),
    seed: z.number().int().default(1),
    k: count.default(3).describe('Evaluators a round, drawn without replacement.'),
    consensus: simulatedConsensus.default('mean'),
    draw: z
      .enum(['uniform', 'stake', 'all'])
      .default('uniform')
      .describe('Which model answers in a round: any, by stake, or all of them.'),
    commitReveal: z.boolean().default(true).describe('False lets later evaluators see the scores before their own.'),
    audit: z
      .strictObject({
        probability: share.default(0).describe('That a cost report is checked.'),
        stake: z.number().nonnegative().finite().default(1).describe('Lost, with the pay of the round, when caught.'),
      })
      .prefault({}),
    panel: z
      .enum(['rule', 'mean'])
      .default('rule')
      .describe("The honest full panel's consensus that errors are measured from: by the same rule, or the mean."),
    samples: count.max(100_000).default(400).describe('Samples of a population without measured nodes.'),
    nodes: z.record(text, simulatedNode).default({}),
    attacks: z.array(attack).default([]),
    sweep: z
      .record(text, sweepAxis)
      .refine((axes) => Object.keys(axes).length <= 2, { message: 'takes at most two options at a time' })
      .default({}),
  })
  .prefault({});

export type SimulationConfig = z.output<typeof simulation>;
export type SimulatedConsensus = z.output<typeof simulatedConsensus>;
export type SimulatedNodeConfig = z.output<typeof simulatedNode>;
export type Distribution = z.output<typeof latency>;
export type Attack = z.output<typeof attack>;
export type SweepAxis = z.output<typeof sweepAxis>;

import type { Config } from '../../../src/core/config.ts';
import type { SampleInfo } from '../../../src/core/report/table.ts';
import { Rng } from '../../../src/core/stats/rng.ts';
import type { GenerationRow, ScoreRow } from '../../../src/core/types.ts';

/**
 * A second implementation of the figures of a run, by definition and without regard to speed: plain rows, filters and
 * means, everything computed anew for every resample. It shares only the generator with the real one.
 */

export interface Rows {
  samples: SampleInfo[];
  generations: GenerationRow[];
  scores: ScoreRow[];
}

const mean = (values: number[]) =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

const key = (...parts: (string | number)[]) => parts.join('|');

function referenceConsensus(scores: number[], rule: Config['reward']['consensus']): number {
  const sorted = [...scores].sort((a, b) => a - b);
  if (rule === 'mean') return mean(scores);
  if (rule === 'median') {
    return sorted.length % 2 === 1
      ? sorted[(sorted.length - 1) / 2]!
      : mean([sorted[sorted.length / 2 - 1]!, sorted[sorted.length / 2]!]);
  }
  const cut = Math.floor(scores.length * rule.trimmed);
  return mean(sorted.filter((_, i) => i >= cut && i < scores.length - cut));
}

export class Reference {
  readonly generations = new Map<string, GenerationRow>();
  readonly scores = new Map<string, ScoreRow>();
  readonly bySampleAndModel: Map<string, GenerationRow[]>;

  constructor(
    readonly config: Config,
    readonly rows: Rows,
  ) {
    for (const row of rows.generations) this.generations.set(key(row.sample, row.model, row.repeat), row);
    for (const row of rows.scores) this.scores.set(key(row.sample, row.model, row.repeat, row.evaluator), row);
    this.bySampleAndModel = new Map();
    for (const row of this.generations.values()) {
      const place = key(row.sample, row.model);
      this.bySampleAndModel.set(place, [...(this.bySampleAndModel.get(place) ?? []), row]);
    }
  }

  /** The generations of a sample by a model. */
  of(sample: string, model: string): GenerationRow[] {
    return this.bySampleAndModel.get(key(sample, model)) ?? [];
  }

  scoreOf(row: GenerationRow, evaluator: string): number {
    return this.scores.get(key(row.sample, row.model, row.repeat, evaluator))?.quality ?? Number.NaN;
  }

  quality(row: GenerationRow): number {
    if (row.text === undefined) return this.config.reward.failures === 'zero' ? 0 : Number.NaN;
    const scores = this.config.evaluators.map((e) => this.scoreOf(row, e.id)).filter((q) => !Number.isNaN(q));
    return scores.length === 0 ? Number.NaN : referenceConsensus(scores, this.config.reward.consensus);
  }

  /** Mean over samples (with multiplicity) of the mean over their generations' defined values. */
  sampleMean(samples: string[], model: string, value: (row: GenerationRow) => number): number {
    const bySample = samples.map((sample) =>
      mean(
        this.of(sample, model)
          .map(value)
          .filter((x) => !Number.isNaN(x)),
      ),
    );
    return mean(bySample.filter((x) => !Number.isNaN(x)));
  }

  models(samples: string[]): Map<string, { quality: number; cost: number; reward: number }> {
    const { alpha, beta, cost } = this.config.reward.models;
    const raw = (row: GenerationRow) => (row.text === undefined ? Number.NaN : row.latencyMs!);
    const costs = new Map(this.config.models.map(({ id }) => [id, this.sampleMean(samples, id, raw)]));
    const pool = [...costs.values()].filter((c) => !Number.isNaN(c));
    const [low, high] = [Math.min(...pool), Math.max(...pool)];
    return new Map(
      this.config.models.map(({ id }) => {
        const quality = this.sampleMean(samples, id, (row) => this.quality(row));
        const { normalize } = cost;
        if (normalize === 'minmax') {
          const c = Number.isNaN(costs.get(id)!) ? Number.NaN : high > low ? (costs.get(id)! - low) / (high - low) : 0;
          return [id, { quality, cost: c, reward: (alpha * quality) / 10 - beta * c }];
        }
        const spent = (row: GenerationRow) =>
          Number.isNaN(this.quality(row)) ? Number.NaN : Math.min(1, row.latencyMs! / normalize.budget);
        const reward = (row: GenerationRow) => (alpha * this.quality(row)) / 10 - beta * spent(row);
        return [
          id,
          { quality, cost: this.sampleMean(samples, id, spent), reward: this.sampleMean(samples, id, reward) },
        ];
      }),
    );
  }

  pair(samples: string[], a: string, b: string): { quality: number; reward: number; samples: number } {
    const has = (sample: string, model: string) => this.of(sample, model).some((r) => !Number.isNaN(this.quality(r)));
    const shared = samples.filter((sample) => has(sample, a) && has(sample, b));
    const only = this.models(shared);
    const all = this.models(samples);
    const { alpha, beta, cost } = this.config.reward.models;
    const quality = only.get(a)!.quality - only.get(b)!.quality;
    const costs = cost.normalize === 'minmax' ? all : only;
    return {
      quality,
      reward: (alpha * quality) / 10 - beta * (costs.get(a)!.cost - costs.get(b)!.cost),
      samples: shared.length,
    };
  }

  evaluators(samples: string[]): Map<string, { quality: number; closeness: number; reward: number }> {
    const { alpha, beta, cost } = this.config.reward.evaluators;
    const { consensus, closeness } = this.config.reward;
    const ids = this.config.evaluators.map((e) => e.id);
    const answered = samples.flatMap((sample) =>
      this.config.models.flatMap(({ id }) => this.of(sample, id).filter((row) => row.text !== undefined)),
    );
    const found = ids.map((id) => {
      const own = answered.filter((row) => !Number.isNaN(this.scoreOf(row, id)));
      const items = own.map((row) => {
        const others = ids.filter((other) => closeness === 'inclusive' || other !== id);
        const scores = others.map((other) => this.scoreOf(row, other)).filter((q) => !Number.isNaN(q));
        const score = this.scoreOf(row, id);
        const latency = this.scores.get(key(row.sample, row.model, row.repeat, id))!.latencyMs!;
        const a = scores.length === 0 ? Number.NaN : 1 - Math.abs(score - referenceConsensus(scores, consensus)) / 10;
        return { score, a, latency };
      });
      return { id, items };
    });
    const means = found.map(({ items }) => mean(items.map((item) => item.latency)));
    const pool = means.filter((c) => !Number.isNaN(c));
    const [low, high] = [Math.min(...pool), Math.max(...pool)];
    return new Map(
      found.map(({ id, items }, i) => {
        const close = items.filter((item) => !Number.isNaN(item.a));
        const { normalize } = cost;
        const a = mean(close.map((item) => item.a));
        const reward =
          normalize === 'minmax'
            ? alpha * a - beta * (high > low ? (means[i]! - low) / (high - low) : means[i]! - means[i]!)
            : mean(close.map((item) => alpha * item.a - beta * Math.min(1, item.latency / normalize.budget)));
        return [id, { quality: mean(items.map((item) => item.score)), closeness: a, reward }];
      }),
    );
  }

  /** The samples of every resample, drawn by unit. */
  resamples(count: number, seed: number): string[][] {
    const attempted = this.rows.samples.filter(({ id }) =>
      this.config.models.some((model) => this.of(id, model.id).length > 0),
    );
    const units = new Map<string, string[]>();
    for (const { id, group } of attempted) {
      const unit = group === null ? `sample ${id}` : `group ${group}`;
      units.set(unit, [...(units.get(unit) ?? []), id]);
    }
    const members = [...units.values()];
    return Array.from({ length: count }, (_, b) => {
      const rng = Rng.stream(seed, b + 1);
      const counts = members.map(() => 0);
      for (let i = 0; i < members.length; i++) counts[rng.nextInt(members.length)]!++;
      return members.flatMap((ids, i) => Array.from({ length: counts[i]! }, () => ids).flat());
    });
  }
}

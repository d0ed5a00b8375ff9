import type { Config, Gate } from '../config.ts';
import type { Estimate, GateResult, ModelSummary } from './summary.ts';

export interface GateContext {
  models: readonly ModelSummary[];
  /** How the rewards' costs are normalised: a reward relative to a pool cannot gate. */
  normalize: Config['reward']['models']['cost']['normalize'];
  /** Truth (token F1) and the share of passed checks with their intervals, which the summary does not carry. */
  estimate(metric: 'truth' | 'checks', model: string): Estimate;
}

/** One result per gate and model that it speaks of. Without data a gate fails, and its note says what is missing. */
export function evaluateGates(gates: readonly Gate[], context: GateContext): GateResult[] {
  return gates.flatMap((gate) => {
    const models = context.models.filter((model) => gate.model === undefined || model.id === gate.model);
    if (models.length > 0) return models.map((model) => evaluateGate(gate, model, context));
    return [resultOf(gate, gate.model ?? null, null, false, 'no such model in this run')];
  });
}

function evaluateGate(gate: Gate, model: ModelSummary, context: GateContext): GateResult {
  const fail = (note: string) => resultOf(gate, model.id, null, false, note);
  if (model.samples === 0) return fail('the model has no generations');
  if (gate.metric === 'reward' && context.normalize === 'minmax') {
    return fail(
      'a reward relative to the models of the run changes with them and cannot gate: set "normalize": {"budget": ...}',
    );
  }
  const value = measured(gate, model, context);
  if (value.mean === null)
    return fail(model.rewardNote && gate.metric === 'reward' ? model.rewardNote : MISSING[gate.metric]);
  if (gate.on === 'mean') return bounded(gate, model.id, value.mean, value.mean);
  if (gate.metric === 'p95Ms') return fail('p95Ms has no interval: use "on": "mean"');
  if (value.low === null || value.high === null) return fail('no interval: it takes at least two samples or groups');
  return bounded(gate, model.id, value.low, value.high);
}

function measured(gate: Gate, model: ModelSummary, context: GateContext): Estimate {
  const exact = (value: number | null): Estimate => ({ mean: value, low: value, high: value });
  switch (gate.metric) {
    case 'quality':
      return model.quality;
    case 'reward':
      return model.reward;
    case 'p95Ms':
      return exact(model.latencyMs.p95);
    case 'errors':
      return exact(model.errors);
    case 'truth':
      return gate.on === 'mean' ? exact(model.truth.f1) : context.estimate('truth', model.id);
    case 'checks': {
      const { passed, total } = model.checks;
      return gate.on === 'mean' ? exact(total === 0 ? null : passed / total) : context.estimate('checks', model.id);
    }
  }
}

const MISSING: Record<Gate['metric'], string> = {
  quality: 'no generation has a score',
  truth: 'no sample has a reference',
  reward: 'the reward is not known',
  p95Ms: 'there is no fresh latency',
  checks: 'no check ran',
  errors: 'there are no generations',
};

/** `low` must reach `min` and `high` must stay within `max`; the value is that of a broken bound, else of the first. */
function bounded(gate: Gate, model: string, low: number, high: number): GateResult {
  const { min, max } = gate;
  if (min !== undefined && low < min) return resultOf(gate, model, low, false, null);
  if (max !== undefined && high > max) return resultOf(gate, model, high, false, null);
  return resultOf(gate, model, min === undefined ? high : low, true, null);
}

function resultOf(
  { metric, min, max, on }: Gate,
  model: string | null,
  value: number | null,
  pass: boolean,
  note: string | null,
): GateResult {
  return {
    metric,
    model,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    on,
    value,
    pass,
    note,
  };
}

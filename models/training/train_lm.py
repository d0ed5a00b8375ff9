"""Train one language model on packed rows, in their order, once.

All sizes see the same rows in the same order, so that only capacity separates them.
"""

import argparse
import pickle
import time
from functools import partial
from pathlib import Path

import jax
import numpy as np

import muon
from lm import SIZES, loss, start
from optimizer import clip


@partial(jax.jit, static_argnames="size", donate_argnames=("parameters", "state"))
def train_step(parameters, state, rate, adam_rate, size, row):
    (value, right), gradients = jax.value_and_grad(loss, has_aux=True)(parameters, size, row)
    parameters, state = muon.step(parameters, clip(gradients), state, rate, adam_rate)
    return parameters, state, value, right


def schedule(step, steps, warmup=40):
    """Warm up, hold, and fall linearly over the last half."""
    return min(1.0, (step + 1) / warmup) * min(1.0, 0.02 + 2 * (1 - step / steps))


def curriculum_order(count, batch, rng):
    """Row numbers in batches: shuffled only among neighbours, so that the levels stay in order."""
    keys = np.arange(count) + rng.uniform(0, 40 * batch, count)
    return np.argsort(keys)[: count // batch * batch].reshape(-1, batch)


def save(path, name, parameters, data):
    content = {"size": name, "parameters": jax.tree.map(np.asarray, parameters), "samples": int(data["samples"])}
    Path(path).write_bytes(pickle.dumps(content))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), required=True)
    parser.add_argument("--rows", required=True, help="file written by pack.py")
    parser.add_argument("--vocabulary", type=int, required=True)
    parser.add_argument("--batch", type=int, default=16, help="rows in a step")
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=0.004)
    parser.add_argument("--stop-after", type=int, help="steps, for a trial")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    data = dict(np.load(options.rows))
    fields = {name: values for name, values in data.items() if name != "samples"}
    size = SIZES[options.size]
    parameters = start(size, options.vocabulary, options.seed)
    state = muon.start(parameters)
    count = sum(leaf.size for leaf in jax.tree.leaves(parameters))
    print(f"{options.size}: {count} parameters, {count - parameters['embedding'].size} without embeddings", flush=True)
    batches = curriculum_order(len(fields["tokens"]), options.batch, np.random.default_rng(options.seed))
    started, shown = time.time(), []
    for step, chosen in enumerate(batches[: options.stop_after]):
        factor = schedule(step, len(batches))
        row = {name: values[chosen].astype(np.int32 if values.dtype == np.int16 else values.dtype) for name, values in fields.items()}
        parameters, state, value, right = train_step(parameters, state, options.rate * factor, options.adam_rate * factor, size, row)
        shown.append((float(value), float(right)))
        if (step + 1) % 50 == 0:
            mean = np.mean(shown, 0)
            print(f"{step + 1}/{len(batches)} loss {mean[0]:.3f} answer tokens {mean[1]:.3f} {time.time() - started:.0f} s", flush=True)
            shown = []
        if (step + 1) % 200 == 0:
            save(options.out, options.size, parameters, data)
    save(options.out, options.size, parameters, data)


if __name__ == "__main__":
    main()

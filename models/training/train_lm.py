"""Train one language model on packed rows, in their order, once.

All sizes see the same rows in the same order, so that only capacity separates them.
"""

import argparse
import pickle
import time
from pathlib import Path

import numpy as np
import torch

from lm import SIZES, loss, start
from muon import Muon


def schedule(done, warmup=0.03, fall=0.7):
    """Learning rate factor after a share of the training: warm up, hold, then fall linearly."""
    return min(1.0, 0.02 + done / warmup) * min(1.0, 0.02 + (1 - done) / fall)


def curriculum_order(count, batch, rng):
    """Row numbers in batches: shuffled only among neighbours, so that the levels stay in order."""
    keys = np.arange(count) + rng.uniform(0, 40 * batch, count)
    return np.argsort(keys)[: count // batch * batch].reshape(-1, batch)


def batch_of(fields, chosen):
    """One batch as tensors; the file keeps 16-bit integers to stay small."""
    wide = {name: values[chosen] for name, values in fields.items()}
    return {name: torch.from_numpy(v.astype(np.int64) if v.dtype == np.int16 else v) for name, v in wide.items()}


def save(path, name, parameters, samples):
    arrays = {key: value.detach().numpy() for key, value in parameters.items()}
    Path(path).write_bytes(pickle.dumps({"size": name, "parameters": arrays, "samples": samples}))


def train(options, fields, parameters, save_now):
    size = SIZES[options.size]
    optimizer = Muon(parameters, options.rate, options.adam_rate)
    batches = curriculum_order(len(fields["tokens"]), options.batch, np.random.default_rng(options.seed))
    started, shown = time.time(), []
    for step, chosen in enumerate(batches):
        value, right = loss(parameters, size, batch_of(fields, chosen))
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step(schedule(step / len(batches)))
        shown.append((value.item(), right.item()))
        if (step + 1) % 50 == 0:
            mean = np.mean(shown, 0)
            print(f"{step + 1}/{len(batches)} loss {mean[0]:.3f} answer tokens {mean[1]:.3f} {time.time() - started:.0f} s", flush=True)
            shown = []
            save_now()
    save_now()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), required=True)
    parser.add_argument("--rows", required=True, help="file written by pack.py")
    parser.add_argument("--batch", type=int, default=12, help="rows in a step")
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--adam-rate", type=float, default=0.002)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    data = dict(np.load(options.rows))
    samples, vocabulary = int(data.pop("samples")), int(data.pop("vocabulary"))
    parameters = start(SIZES[options.size], vocabulary, options.seed)
    for value in parameters.values():
        value.requires_grad_()
    count = sum(value.numel() for value in parameters.values())
    print(f"{options.size}: {count} parameters, {count - parameters['embedding'].numel()} without embeddings", flush=True)
    train(options, data, parameters, lambda: save(options.out, options.size, parameters, samples))


if __name__ == "__main__":
    main()

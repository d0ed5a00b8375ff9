"""Train the bundled bi-encoder: three layers of MiniLM learn the six layers' sentence vectors.

Every sentence's vector is pulled to the teacher's, together with the similarities inside a batch. No
labels are used; the Pearson correlation on STS-B's development pairs is printed at the end. The
test pairs are never read.
"""

import argparse
import pickle
import time
from pathlib import Path

import numpy as np
import torch

from sts_encoder import embed, embed_all, load_encoder, pad

POOL = 4
POSITIONS = 128


def similarity_loss(vectors, targets):
    """Distance of each vector to its target, and of the batch's similarities to the teacher's."""
    direct = (1 - (vectors * targets).sum(1)).mean()
    return direct + 4 * ((vectors @ vectors.T - targets @ targets.T) ** 2).mean()


class Corpus:
    """Distillation sentences, drawn in batches of similar length, STS-B's own drawn more often."""

    def __init__(self, path, vocabulary, batch):
        data = np.load(path)
        self.rows = np.split(data["ids"], np.cumsum(data["lengths"])[:-1])
        self.vectors = data["vectors"].astype(np.float32)
        self.sts_start = len(self.rows) - int(data["sts_sentences"])
        self.vocabulary, self.batch = vocabulary, batch

    def draw(self, rng, sts_share=0.4):
        low = self.sts_start if rng.random() < sts_share else 0
        pool = rng.integers(low, len(self.rows), self.batch * POOL)
        pool = sorted(pool, key=lambda index: len(self.rows[index]))
        start = rng.integers(POOL) * self.batch
        chosen = pool[start : start + self.batch]
        return pad([self.rows[index] for index in chosen], self.vocabulary), torch.from_numpy(self.vectors[chosen])


def dev_pearson(parameters, corpus, vocabulary):
    """Correlation of cosines and scores on STS-B's development pairs."""
    data = np.load(corpus)
    rows = np.split(data["dev_ids"], np.cumsum(data["dev_lengths"])[:-1])
    vectors = embed_all(parameters, rows, vocabulary)
    return np.corrcoef((vectors[0::2] * vectors[1::2]).sum(1), data["dev_scores"])[0, 1]


def rate_at(step, steps, peak, warmup=50):
    """Linear warm-up, then a linear fall to a fiftieth."""
    return peak * min(1.0, (step + 1) / warmup) * max(0.02, 1 - step / steps)


def distil(parameters, corpus, rng, options):
    """Adam over the similarity loss, changing the parameters in place."""
    optimizer = torch.optim.AdamW(parameters.values(), lr=options.rate, weight_decay=0.01)
    started = time.time()
    for step in range(options.steps):
        optimizer.param_groups[0]["lr"] = rate_at(step, options.steps, options.rate)
        batch, targets = corpus.draw(rng)
        loss = similarity_loss(embed(parameters, *batch), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        if (step + 1) % 100 == 0:
            print(f"{step + 1} loss {loss.item():.4f} {time.time() - started:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--corpus", required=True, help="file written by sts_corpus.py")
    parser.add_argument("--layers", default="0,2,5")
    parser.add_argument("--vocabulary", type=int, default=16000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    corpus = Corpus(options.corpus, options.vocabulary, options.batch)
    layers = [int(layer) for layer in options.layers.split(",")]
    parameters = load_encoder(options.teacher / "model.safetensors", layers, options.vocabulary, POSITIONS)
    for value in parameters.values():
        value.requires_grad_()
    distil(parameters, corpus, rng, options)
    print(f"dev Pearson {dev_pearson(parameters, options.corpus, options.vocabulary):.4f}")
    Path(options.out).write_bytes(pickle.dumps({name: value.detach().numpy() for name, value in parameters.items()}))


if __name__ == "__main__":
    main()

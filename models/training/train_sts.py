"""Train the bundled bi-encoder: three layers of MiniLM learn the teacher's vectors, then STS-B's scores.

First every sentence's vector is pulled to the teacher's, together with the similarities inside a
batch. Then STS-B's training pairs are ranked by their labels while the first loss goes on, and the
step with the best Pearson correlation on STS-B's development pairs is kept. The test pairs are
never read.
"""

import argparse
import pickle
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from optimizer import adam_start, adam_step, clip
from sts_corpus import sts_rows
from sts_encoder import embed, embed_all, load_encoder, load_tokenizer, pad

POOL = 4
POSITIONS = 128


def similarity_loss(vectors, targets):
    """Distance of each vector to its target, and of the batch's similarities to the teacher's."""
    direct = (1 - (vectors * targets).sum(1)).mean()
    return direct + 4 * ((vectors @ vectors.T - targets @ targets.T) ** 2).mean()


def ranking_loss(vectors, scores, scale=20.0):
    """CoSENT: a pair with a higher label should have the higher cosine; rows alternate a, b, a, b."""
    cosine = (vectors[0::2] * vectors[1::2]).sum(1) * scale
    difference = cosine[None, :] - cosine[:, None]
    counted = scores[:, None] > scores[None, :]
    return jax.nn.logsumexp(jnp.append(jnp.where(counted, difference, -1e9).ravel(), 0.0))


@jax.jit
def distil_step(parameters, state, rate, ids, mask, targets):
    loss, gradients = jax.value_and_grad(lambda p: similarity_loss(embed(p, ids, mask), targets))(parameters)
    return *adam_step(parameters, clip(gradients), state, rate), loss


@jax.jit
def label_step(parameters, state, rate, ids, mask, targets, pair_ids, pair_mask, scores):
    def loss_of(p):
        labelled = ranking_loss(embed(p, pair_ids, pair_mask), scores)
        return 0.1 * labelled + similarity_loss(embed(p, ids, mask), targets)

    loss, gradients = jax.value_and_grad(loss_of)(parameters)
    return *adam_step(parameters, clip(gradients), state, rate), loss


class Corpus:
    """Distillation sentences, drawn in batches of similar length, STS-B's own drawn more often."""

    def __init__(self, path, vocabulary, batch):
        data = np.load(path)
        ends = np.cumsum(data["lengths"])
        self.rows = np.split(data["ids"], ends[:-1])
        self.vectors = data["vectors"].astype(np.float32)
        self.sts_start = len(self.rows) - int(data["sts_sentences"])
        self.vocabulary, self.batch = vocabulary, batch

    def draw(self, rng, sts_share):
        low = self.sts_start if rng.random() < sts_share else 0
        pool = rng.integers(low, len(self.rows), self.batch * POOL)
        pool = sorted(pool, key=lambda index: len(self.rows[index]))
        start = rng.integers(POOL) * self.batch
        chosen = pool[start : start + self.batch]
        return *pad([self.rows[index] for index in chosen], self.vocabulary), self.vectors[chosen]


class Pairs:
    """STS-B pairs with labels; `pearson` measures an encoder on them."""

    def __init__(self, folder, part, tokenizer, vocabulary):
        rows = sts_rows(folder, part)
        self.scores = np.array([row[0] for row in rows], np.float32)
        self.rows = [encoding.ids for encoding in tokenizer.encode_batch([text for row in rows for text in row[1:]])]
        self.vocabulary = vocabulary

    def draw(self, rng, count):
        chosen = rng.integers(0, len(self.scores), count)
        rows = [self.rows[2 * index + side] for index in chosen for side in (0, 1)]
        return *pad(rows, self.vocabulary), self.scores[chosen]

    def pearson(self, parameters):
        vectors = embed_all(parameters, self.rows, self.vocabulary)
        return float(np.corrcoef((vectors[0::2] * vectors[1::2]).sum(1), self.scores)[0, 1])


def rate_at(step, steps, peak, warmup=50):
    """Linear warm-up, then a linear fall to a fiftieth."""
    return peak * min(1.0, (step + 1) / warmup) * max(0.02, 1 - step / steps)


def distil(parameters, corpus, rng, options):
    state, started = adam_start(parameters), time.time()
    for step in range(options.steps):
        rate = rate_at(step, options.steps, options.rate)
        parameters, state, loss = distil_step(parameters, state, rate, *corpus.draw(rng, 0.4))
        if (step + 1) % 200 == 0:
            print(f"distil {step + 1} loss {float(loss):.4f} {time.time() - started:.0f} s", flush=True)
    return parameters


def tune(parameters, corpus, train, dev, rng, options):
    """Fine-tune on labels and return the parameters that were best on the development pairs."""
    state = adam_start(parameters)
    best, kept = dev.pearson(parameters), parameters
    print(f"dev Pearson before labels {best:.4f}", flush=True)
    for step in range(options.label_steps):
        rate = rate_at(step, options.label_steps, options.label_rate)
        batch = (*corpus.draw(rng, 0.5), *train.draw(rng, 32))
        parameters, state, loss = label_step(parameters, state, rate, *batch)
        if (step + 1) % 100 == 0:
            reached = dev.pearson(parameters)
            print(f"labels {step + 1} loss {float(loss):.4f} dev {reached:.4f}", flush=True)
            if reached > best:
                best, kept = reached, parameters
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--sts", required=True)
    parser.add_argument("--layers", default="0,2,5")
    parser.add_argument("--vocabulary", type=int, default=16000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--label-steps", type=int, default=600)
    parser.add_argument("--label-rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    rng = np.random.default_rng(options.seed)
    tokenizer = load_tokenizer(Path(options.teacher, "tokenizer.json"))
    corpus = Corpus(options.corpus, options.vocabulary, options.batch)
    train, dev = (Pairs(options.sts, part, tokenizer, options.vocabulary) for part in ("train", "dev"))
    layers = [int(layer) for layer in options.layers.split(",")]
    weights = Path(options.teacher, "model.safetensors")
    parameters = load_encoder(weights, layers, options.vocabulary, POSITIONS)
    parameters = distil(parameters, corpus, rng, options)
    save = lambda path: Path(path).write_bytes(pickle.dumps(jax.tree.map(np.asarray, parameters)))
    save(options.out + ".distilled")
    parameters = tune(parameters, corpus, train, dev, rng, options)
    save(options.out)


if __name__ == "__main__":
    main()

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

import numpy as np
import torch

from sts_encoder import embed, embed_all, load_encoder, pad

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
    return torch.logsumexp(torch.cat([difference[counted], torch.zeros(1)]), 0)


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


class Pairs:
    """STS-B pairs with labels; `pearson` measures an encoder on them."""

    def __init__(self, corpus, part, vocabulary):
        data = np.load(corpus)
        self.scores = data[part + "_scores"]
        self.rows = np.split(data[part + "_ids"], np.cumsum(data[part + "_lengths"])[:-1])
        self.vocabulary = vocabulary

    def draw(self, rng, count):
        chosen = rng.integers(0, len(self.scores), count)
        rows = [self.rows[2 * index + side] for index in chosen for side in (0, 1)]
        return pad(rows, self.vocabulary), torch.from_numpy(self.scores[chosen])

    def pearson(self, parameters):
        vectors = embed_all(parameters, self.rows, self.vocabulary)
        return float(np.corrcoef((vectors[0::2] * vectors[1::2]).sum(1), self.scores)[0, 1])


def rate_at(step, steps, peak, warmup=50):
    """Linear warm-up, then a linear fall to a fiftieth."""
    return peak * min(1.0, (step + 1) / warmup) * max(0.02, 1 - step / steps)


def optimise(parameters, steps, peak, loss_of, after):
    """Adam over `steps` losses; `after(step, loss)` follows each."""
    optimizer = torch.optim.AdamW(parameters.values(), lr=peak, weight_decay=0.01)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate_at(step, steps, peak)
        loss = loss_of()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        after(step + 1, loss.item())


def distil(parameters, corpus, rng, options):
    started = time.time()

    def loss_of():
        batch, targets = corpus.draw(rng)
        return similarity_loss(embed(parameters, *batch), targets)

    def after(step, loss):
        if step % 100 == 0:
            print(f"distil {step} loss {loss:.4f} {time.time() - started:.0f} s", flush=True)

    optimise(parameters, options.steps, options.rate, loss_of, after)


def copy_of(parameters):
    return {name: value.detach().clone() for name, value in parameters.items()}


def tune(parameters, corpus, train, dev, rng, options):
    """Fine-tune on labels and return the parameters that were best on the development pairs."""
    best = {"pearson": dev.pearson(parameters), "parameters": copy_of(parameters)}
    print(f"dev Pearson before labels {best['pearson']:.4f}", flush=True)

    def loss_of():
        batch, targets = corpus.draw(rng)
        pairs, scores = train.draw(rng, 32)
        return similarity_loss(embed(parameters, *batch), targets) + 0.1 * ranking_loss(embed(parameters, *pairs), scores)

    def after(step, loss):
        if step % 50 == 0:
            reached = dev.pearson(parameters)
            print(f"labels {step} loss {loss:.4f} dev {reached:.4f}", flush=True)
            if reached > best["pearson"]:
                best.update(pearson=reached, parameters=copy_of(parameters))

    optimise(parameters, options.label_steps, options.label_rate, loss_of, after)
    return best["parameters"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--corpus", required=True, help="file written by sts_corpus.py")
    parser.add_argument("--layers", default="0,2,5")
    parser.add_argument("--vocabulary", type=int, default=16000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--label-steps", type=int, default=300)
    parser.add_argument("--label-rate", type=float, default=1e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    corpus = Corpus(options.corpus, options.vocabulary, options.batch)
    train, dev = (Pairs(options.corpus, part, options.vocabulary) for part in ("train", "dev"))
    layers = [int(layer) for layer in options.layers.split(",")]
    parameters = load_encoder(options.teacher / "model.safetensors", layers, options.vocabulary, POSITIONS)
    for value in parameters.values():
        value.requires_grad_()
    save = lambda path, content: Path(path).write_bytes(pickle.dumps({name: value.detach().numpy() for name, value in content.items()}))
    distil(parameters, corpus, rng, options)
    save(options.out + ".distilled", parameters)
    save(options.out, tune(parameters, corpus, train, dev, rng, options))


if __name__ == "__main__":
    main()

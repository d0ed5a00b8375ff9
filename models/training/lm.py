"""A small Llama in JAX: rotary positions, RMSNorm, SwiGLU, tied embeddings.

Matrices of all layers are stacked, [layers, in, out], so that the optimiser treats each stack at
once; the exported graph takes them apart again.
"""

from dataclasses import asdict, dataclass

import jax
import jax.numpy as jnp

THETA = 10000.0
EPSILON = 1e-5


@dataclass(frozen=True)
class Size:
    """What distinguishes the three models."""

    layers: int
    width: int
    hidden: int
    heads: int

    def as_dict(self):
        return asdict(self)


SIZES = {
    "small": Size(layers=1, width=64, hidden=128, heads=2),
    "medium": Size(layers=3, width=96, hidden=192, heads=3),
    "large": Size(layers=4, width=160, hidden=320, heads=4),
}


def start(size, vocabulary, seed):
    """Random parameters; the two matrices that write into the residual stream start small."""
    keys = iter(jax.random.split(jax.random.key(seed), 8))
    layers, width, hidden = size.layers, size.width, size.hidden
    quiet = (2 * layers) ** -0.5

    def matrix(inner, outer, scale=1.0):
        return jax.random.normal(next(keys), (layers, inner, outer)) * scale * inner**-0.5

    return {
        "embedding": jax.random.normal(next(keys), (vocabulary, width)) * 0.05,
        "norm": jnp.ones(width),
        "attention_norm": jnp.ones((layers, width)),
        "mlp_norm": jnp.ones((layers, width)),
        "query": matrix(width, width),
        "key": matrix(width, width),
        "value": matrix(width, width),
        "out": matrix(width, width, quiet),
        "gate": matrix(width, hidden),
        "up": matrix(width, hidden),
        "down": matrix(hidden, width, quiet),
    }


def _norm(x, weight):
    return x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + EPSILON) * weight


def rotary(positions, head_width):
    """Cosines and sines, [..., head_width], in the layout whose halves are rotated."""
    frequencies = THETA ** (-jnp.arange(0, head_width, 2) / head_width)
    angles = positions[..., None] * frequencies
    angles = jnp.concatenate([angles, angles], -1)
    return jnp.cos(angles), jnp.sin(angles)


def _rotate(x, cos, sin):
    first, second = jnp.split(x, 2, -1)
    return x * cos + jnp.concatenate([-second, first], -1) * sin


def visible(documents, branches):
    """Who sees whom in a packed row: earlier tokens of the same group, of its beginning or one's own branch."""
    length = documents.shape[-1]
    earlier = jnp.tril(jnp.ones((length, length), bool))
    same = documents[:, :, None] == documents[:, None, :]
    branch = (branches[:, None, :] == 0) | (branches[:, :, None] == branches[:, None, :])
    return earlier & same & branch


def hidden_states(parameters, size, tokens, positions, allowed):
    """Normalised states of the last layer."""
    batch, length = tokens.shape
    head_width = size.width // size.heads
    cos, sin = (table[:, None] for table in rotary(positions.astype(jnp.float32), head_width))
    bias = jnp.where(allowed, 0.0, -1e9)[:, None]
    heads = lambda t: t.reshape(batch, length, size.heads, head_width).transpose(0, 2, 1, 3)
    x = parameters["embedding"][tokens]
    for layer in range(size.layers):
        at = lambda name: parameters[name][layer]
        h = _norm(x, at("attention_norm"))
        query, key = (_rotate(heads(h @ at(name)), cos, sin) for name in ("query", "key"))
        weights = jax.nn.softmax(query @ key.transpose(0, 1, 3, 2) * head_width**-0.5 + bias, -1)
        mixed = (weights @ heads(h @ at("value"))).transpose(0, 2, 1, 3).reshape(x.shape)
        x = x + mixed @ at("out")
        h = _norm(x, at("mlp_norm"))
        x = x + (jax.nn.silu(h @ at("gate")) * (h @ at("up"))) @ at("down")
    return _norm(x, parameters["norm"])


def loss(parameters, size, row):
    """Weighted cross entropy at the row's chosen positions, and the accuracy on answer tokens."""
    allowed = visible(row["documents"], row["branches"])
    states = hidden_states(parameters, size, row["tokens"], row["positions"], allowed)
    chosen = jnp.take_along_axis(states, row["at"][..., None], 1)
    logits = chosen @ parameters["embedding"].T
    picked = jnp.take_along_axis(logits, row["targets"][..., None], -1)[..., 0]
    entropy = jax.nn.logsumexp(logits, -1) - picked
    answers = row["weights"] == 1
    right = ((logits.argmax(-1) == row["targets"]) & answers).sum() / answers.sum()
    return (entropy * row["weights"]).sum() / row["weights"].sum(), right

"""A small Llama in PyTorch: rotary positions, RMSNorm, SwiGLU, tied embeddings.

Matrices are [in, out] and those of one kind are stacked over the layers, so that the optimiser
treats each stack at once; the exported graph takes them apart again.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

THETA = 10000.0
EPSILON = 1e-5
HIDDEN = -1e9
CONSTANT = 0.3
SHARPNESS = 1.2


@dataclass(frozen=True)
class Size:
    """What distinguishes the three models."""

    layers: int
    width: int
    hidden: int
    heads: int


SIZES = {
    "small": Size(layers=1, width=48, hidden=96, heads=2),
    "medium": Size(layers=2, width=96, hidden=192, heads=3),
    "large": Size(layers=4, width=160, hidden=320, heads=4),
}


def start(size, vocabulary, seed):
    """Random parameters in which the heads already compare and copy.

    A head's query and key start equal, so that it looks at tokens like its own; what it writes back
    starts as what it read, so that it copies. Both are what a model that answers from a text needs,
    and both take longer to find by chance than the whole training here.
    """
    generator = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    layers, width, hidden = size.layers, size.width, size.hidden
    quiet = (2 * layers) ** -0.5

    def matrix(inner, outer, scale=1.0):
        return normal(layers, inner, outer) * scale * inner**-0.5

    compare = matrix(width, width, 0.8)
    compare[:, 0] = 0
    copy = torch.linalg.qr(normal(layers, width, width))[0]
    parameters = {
        "embedding": normal(vocabulary, width) * 0.05,
        "norm": torch.ones(width),
        "attention_norm": torch.ones(layers, width),
        "mlp_norm": torch.ones(layers, width),
        "query": compare.clone(),
        "key": compare.clone(),
        "value": copy,
        "out": copy.transpose(1, 2).clone() * 0.5,
        "gate": matrix(width, hidden),
        "up": matrix(width, hidden),
        "down": matrix(hidden, width, quiet),
    }
    look_back(parameters, size)
    return parameters


def look_back(parameters, size):
    """Start the first layer's first head as one that attends to the preceding token.

    Copying a name of several pieces needs such a head. Every embedding gets the same first number;
    through it the head sees nothing but rotary angles, which agree one token back.
    """
    head_width = size.width // size.heads
    half = head_width // 2
    used = torch.arange(half // 2)
    angles = THETA ** (-used / half)
    parameters["embedding"][:, 0] = CONSTANT
    query, key = parameters["query"][0][:, :head_width], parameters["key"][0][:, :head_width]
    query.zero_()
    key.zero_()
    query[0, used] = SHARPNESS
    key[0, used] = SHARPNESS * angles.cos()
    key[0, half + used] = SHARPNESS * angles.sin()


def _norm(x, weight):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPSILON) * weight


def rotary(positions, head_width):
    """Cosines and sines for half a head, [batch, 1, tokens, head_width / 2]."""
    frequencies = THETA ** (-torch.arange(0, head_width, 2) / head_width)
    angles = (positions[..., None] * frequencies)[:, None]
    return angles.cos(), angles.sin()


def _rotate(x, cos, sin):
    first, second = x.chunk(2, -1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def attention_bias(documents, branches):
    """0 where a token of a packed row may look, a large negative number elsewhere.

    It sees earlier tokens of its own group: the common beginning and its own branch.
    """
    length = documents.shape[-1]
    earlier = torch.ones(length, length, dtype=torch.bool).tril()
    same = documents[:, :, None] == documents[:, None, :]
    branch = (branches[:, None, :] == 0) | (branches[:, :, None] == branches[:, None, :])
    return torch.zeros(same.shape).masked_fill(~(earlier & same & branch), HIDDEN)[:, None]


def hidden_states(parameters, size, tokens, positions, bias):
    """Normalised states of the last layer."""
    batch, length = tokens.shape
    head_width = size.width // size.heads
    cos, sin = rotary(positions, head_width)
    heads = lambda t: t.view(batch, length, size.heads, head_width).transpose(1, 2)
    x = F.embedding(tokens, parameters["embedding"])
    for layer in range(size.layers):
        at = lambda name: parameters[name][layer]
        h = _norm(x, at("attention_norm"))
        query, key = (_rotate(heads(h @ at(name)), cos, sin) for name in ("query", "key"))
        weights = (query * head_width**-0.5 @ key.transpose(-1, -2) + bias).softmax(-1)
        mixed = (weights @ heads(h @ at("value"))).transpose(1, 2).reshape(x.shape)
        x = x + mixed @ at("out")
        h = _norm(x, at("mlp_norm"))
        x = x + (F.silu(h @ at("gate")) * (h @ at("up"))) @ at("down")
    return _norm(x, parameters["norm"])


def loss(parameters, size, row):
    """Weighted cross entropy at the row's chosen positions, and the accuracy on answer tokens."""
    bias = attention_bias(row["documents"], row["branches"])
    states = hidden_states(parameters, size, row["tokens"], row["positions"], bias)
    flat = (row["at"] + torch.arange(len(states))[:, None] * states.shape[1]).flatten()
    logits = states.flatten(0, 1).index_select(0, flat) @ parameters["embedding"].T
    targets, weights = row["targets"].flatten(), row["weights"].flatten()
    entropy = F.cross_entropy(logits, targets, reduction="none")
    answers = weights == 1
    right = (logits.argmax(-1) == targets)[answers].float().mean()
    return (entropy * weights).sum() / weights.sum(), right

"""Muon for the layers' matrices, Adam for the rest: on so few samples it learns far faster than Adam alone."""

import jax.numpy as jnp

from optimizer import adam_start, adam_step

MATRICES = ("query", "key", "value", "out", "gate", "up", "down")


def _split(tree):
    return {k: tree[k] for k in MATRICES}, {k: v for k, v in tree.items() if k not in MATRICES}


def orthogonal(stack, steps=5):
    """Each matrix of a stack with its singular values brought near 1 (Newton-Schulz)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    flip = stack.shape[1] > stack.shape[2]
    x = stack.transpose(0, 2, 1) if flip else stack
    x = x / (jnp.sqrt((x * x).sum((1, 2), keepdims=True)) + 1e-7)
    for _ in range(steps):
        square = x @ x.transpose(0, 2, 1)
        x = a * x + (b * square + c * square @ square) @ x
    return x.transpose(0, 2, 1) if flip else x


def start(parameters):
    matrices, rest = _split(parameters)
    return {"momentum": {k: jnp.zeros_like(v) for k, v in matrices.items()}, "adam": adam_start(rest)}


def step(parameters, gradients, state, rate, adam_rate, momentum=0.95, decay=0.01):
    """One step for all parameters; `rate` moves the matrices, `adam_rate` the rest."""
    matrices, rest = _split(parameters)
    moving, still = _split(gradients)
    buffers, moved = {}, {}
    for name, weight in matrices.items():
        buffers[name] = momentum * state["momentum"][name] + moving[name]
        direction = orthogonal(moving[name] + momentum * buffers[name])
        scale = max(1.0, weight.shape[2] / weight.shape[1]) ** 0.5
        moved[name] = weight - rate * (scale * direction + decay * weight)
    rest, adam = adam_step(rest, still, state["adam"], adam_rate, decay=0.0)
    return {**moved, **rest}, {"momentum": buffers, "adam": adam}

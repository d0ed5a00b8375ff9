"""Adam with decoupled weight decay and gradient clipping, over any tree of arrays."""

import jax
import jax.numpy as jnp


def clip(gradients, limit=1.0):
    """Scale the gradients so that their common norm is at most `limit`."""
    norm = jnp.sqrt(sum((leaf**2).sum() for leaf in jax.tree.leaves(gradients)))
    scale = jnp.minimum(1.0, limit / (norm + 1e-6))
    return jax.tree.map(lambda leaf: leaf * scale, gradients)


def adam_start(parameters):
    zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
    return {"mean": zeros(), "square": zeros(), "step": jnp.zeros(())}


def adam_step(parameters, gradients, state, rate, decay=0.01, beta1=0.9, beta2=0.98, epsilon=1e-8):
    """One step; returns the new parameters and the new state."""
    step = state["step"] + 1
    mean = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, state["mean"], gradients)
    square = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, state["square"], gradients)

    def move(p, m, v):
        direction = (m / (1 - beta1**step)) / (jnp.sqrt(v / (1 - beta2**step)) + epsilon)
        return p - rate * (direction + (decay * p if p.ndim > 1 else 0.0))

    return jax.tree.map(move, parameters, mean, square), {"mean": mean, "square": square, "step": step}

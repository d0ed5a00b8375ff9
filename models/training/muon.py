"""Muon for the layers' matrices, Adam for the rest: on so few samples it learns far faster than Adam alone."""

import torch

MATRICES = ("query", "key", "value", "out", "gate", "up", "down")


def orthogonal(stack, steps=5):
    """Each matrix of a stack with its singular values brought near 1 (Newton-Schulz)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    flip = stack.shape[1] > stack.shape[2]
    x = stack.transpose(1, 2) if flip else stack
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        square = x @ x.transpose(1, 2)
        x = a * x + (b * square + c * square @ square) @ x
    return x.transpose(1, 2) if flip else x


class Muon:
    """Steps all parameters of a model; `factor` scales both learning rates."""

    def __init__(self, parameters, rate, adam_rate, momentum=0.95, decay=0.01):
        self.matrices = {name: parameters[name] for name in MATRICES}
        rest = [value for name, value in parameters.items() if name not in MATRICES]
        self.adam = torch.optim.Adam(rest, lr=adam_rate, betas=(0.9, 0.98))
        self.buffers = {name: torch.zeros_like(value) for name, value in self.matrices.items()}
        self.rate, self.adam_rate, self.momentum, self.decay = rate, adam_rate, momentum, decay

    @torch.no_grad()
    def step(self, factor):
        for group in self.adam.param_groups:
            group["lr"] = self.adam_rate * factor
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        for name, weight in self.matrices.items():
            buffer = self.buffers[name].mul_(self.momentum).add_(weight.grad)
            direction = orthogonal(weight.grad + self.momentum * buffer)
            scale = max(1.0, weight.shape[2] / weight.shape[1]) ** 0.5
            weight.mul_(1 - self.rate * factor * self.decay).sub_(direction, alpha=self.rate * factor * scale)
            weight.grad = None

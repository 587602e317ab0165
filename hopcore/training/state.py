"""What training changes, and what it reads: the arrays that both ways of computing a step share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .features import Features

EXPONENTS = {torch.float64: (-600.0, 600.0), torch.float32: (-60.0, 75.0)}
"""Smallest and largest exponents kept: below, a weight is nothing beside the largest (1); above, tanh is at
±1. The margins keep products of such weights away from subnormal numbers, which are many times slower."""

TINY = {torch.float64: 1e-290, torch.float32: 1e-34}
"""Smallest overlap of which the logarithm is taken, and smallest divisor."""

NOTHING = -1e30
"""In the place of log 0: so low that no other term of an exponent brings it back, at any n."""


@dataclass
class State:
    """R networks under training.

    Attributes
    ----------
    values : (R, K, P) the features of the memories, see `Features`.
    labels : (R, K, C).
    weights, kept : (R, K, S') and (R, K, 1): a memory is kept·base + weights·images. The dual form only; in
        the primal form the weights have no columns.
    velocity, label_velocity, weight_velocity : of values, labels and weights; None without momentum.
    n, n_minus_1, log_temperature, cost_exponent : (R, 1, 1) the conditions; the last is 2m + 1.
    """

    values: torch.Tensor
    labels: torch.Tensor
    weights: torch.Tensor
    kept: torch.Tensor
    velocity: torch.Tensor | None
    label_velocity: torch.Tensor | None
    weight_velocity: torch.Tensor | None
    n: torch.Tensor
    n_minus_1: torch.Tensor
    log_temperature: torch.Tensor
    cost_exponent: torch.Tensor

    @classmethod
    def of(
        cls, features: Features, labels: np.ndarray, momentum: float, dtype: torch.dtype, device: torch.device
    ) -> State:
        """Arrays for networks with these labels (R, K, C); memories and conditions are to be filled in."""
        runs, memories, _ = labels.shape
        kind = {"dtype": dtype, "device": device}
        images, width = features.step.shape
        values = torch.zeros(runs, memories, width, **kind)
        held = torch.as_tensor(labels).to(**kind, copy=True).contiguous()
        weights = torch.zeros(runs, memories, images if features.name == "dual" else 0, **kind)
        moving = (values, held, weights) if momentum else (None,) * 3
        return cls(
            values,
            held,
            weights,
            torch.ones(runs, memories, 1, **kind),
            *(None if array is None else torch.zeros_like(array) for array in moving),
            *(torch.zeros(runs, 1, 1, **kind) for _ in range(4)),
        )

    def advancing(self) -> list[torch.Tensor]:
        """What a step changes."""
        velocities = [self.velocity, self.label_velocity, self.weight_velocity]
        return [self.values, self.labels, self.weights, self.kept, *(v for v in velocities if v is not None)]


@dataclass(frozen=True)
class Rule:
    """What stays the same during training: rate, momentum and whether single pixels are cut to [−1, 1]."""

    rate: float
    momentum: float
    clip: bool


@dataclass
class Minibatch:
    """A block of s images, and the product that turns their weights into a step of the memories."""

    first: int  # its first column among all images
    rows: torch.Tensor  # (R, s, P) the images' rows of the step matrix
    images: torch.Tensor | None  # (R, N, s) the images over N; the primal form only
    targets: torch.Tensor  # (C, s) of ±1
    pulls: torch.Tensor  # (R, K, s) the images' weights in each memory's step

    @property
    def columns(self) -> slice:
        """Its columns among all images."""
        return slice(self.first, self.first + self.targets.shape[1])


def minibatches(features: Features, targets: np.ndarray, sizes: list[int], state: State) -> list[Minibatch]:
    """Consecutive blocks of the features' images; ``targets`` (S', C) in their order."""
    runs, memories, _ = state.values.shape

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(array).to(state.values)

    step, signs = tensor(features.step), tensor(targets).T
    images = tensor(features.images) / features.images.shape[1] if features.name == "primal" else None
    batches = []
    for first, size in zip(np.cumsum([0, *sizes[:-1]]).tolist(), sizes, strict=True):
        block = slice(first, first + size)
        batches.append(
            Minibatch(
                first=first,
                rows=step[block].expand(runs, -1, -1),
                images=None if images is None else images[block].T.expand(runs, -1, -1),
                targets=signs[:, block].contiguous(),
                pulls=torch.zeros(runs, memories, size, dtype=state.values.dtype, device=state.values.device),
            )
        )
    return batches

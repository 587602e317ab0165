"""What training changes, and what it reads."""

from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
import torch
from numpy.typing import ArrayLike

from .features import Features
from .options import Options


@dataclass
class Conditions:
    """What R networks learn under, each (R, 1, 1); the cost exponent is 2m + 1."""

    n: torch.Tensor
    n_minus_1: torch.Tensor
    log_temperature: torch.Tensor
    cost_exponent: torch.Tensor

    @classmethod
    def of(cls, n: ArrayLike, temperature: ArrayLike, cost_power: ArrayLike, like: torch.Tensor) -> Self:
        """From power, rescaled temperature T/N and cost power of each network, in the type of ``like``."""
        n, cost_exponent = np.asarray(n), 2 * np.asarray(cost_power) + 1
        values = n, n - 1, np.log(temperature), cost_exponent
        return cls(*(like.new_tensor(value).reshape(-1, 1, 1) for value in values))


@dataclass
class State:
    """R networks under training; a memory is kept·base + weights·images in the dual form."""

    values: torch.Tensor  # (R, K, P) the features of the memories
    labels: torch.Tensor  # (R, K, C)
    weights: torch.Tensor  # (R, K, S) of the images; in the primal form they have no columns
    kept: torch.Tensor  # (R, K, 1) the part of the base that is left; the dual form only
    velocities: tuple[torch.Tensor, ...]  # of values, labels and weights; without momentum there are none
    conditions: Conditions

    @classmethod
    def of(cls, features: Features, labels: np.ndarray, options: Options) -> Self:
        """Arrays for networks with these labels (R, K, C); memories and conditions are to be filled in."""
        runs, memories, _ = labels.shape
        kind: Any = {"dtype": getattr(torch, options.dtype), "device": options.device}
        images, width = features.step.shape
        kept = torch.ones(runs, memories, 1, **kind)
        values = room(kept, memories, width)
        held = room(kept, *labels.shape[1:]).copy_(torch.as_tensor(labels))
        weights = room(kept, memories, images if features.name == "dual" else 0)
        return cls(
            values,
            held,
            weights,
            kept,
            tuple(torch.zeros_like(array) for array in (values, held, weights) if options.momentum),
            Conditions(*(torch.zeros(runs, 1, 1, **kind) for _ in range(4))),
        )

    def moving(self) -> tuple[torch.Tensor, ...]:
        """What has velocities."""
        return self.values, self.labels, self.weights

    def advancing(self) -> tuple[torch.Tensor, ...]:
        """All that a step changes."""
        return *self.moving(), self.kept, *self.velocities


@dataclass
class Room:
    """Where the intermediate results of a step are put; None means in new arrays."""

    positive: torch.Tensor | None = None  # (R, K, s), as the next three
    logarithms: torch.Tensor | None = None
    powers: torch.Tensor | None = None
    pulls: torch.Tensor | None = None
    factors: torch.Tensor | None = None  # (R, C, s)


def room(like: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Zeros (R, rows, columns) for as many networks, and of the kind, as another array (R, …).

    Every network begins at a multiple of 64 bytes: the last digits of a product may depend on where its
    factors lie, and a network in a stack is to get the same as one alone.
    """
    size = rows * columns
    return like.new_zeros(len(like), -(-size // 16) * 16)[:, :size].unflatten(1, (rows, columns))


@dataclass(frozen=True)
class Minibatch:
    """Some of the images: s of them."""

    columns: slice | None  # theirs among all images; the dual form only
    overlaps: torch.Tensor  # (R, K, s): of the state's values in the dual form, else room for the product
    images: torch.Tensor | None  # (R, N, s) the images over N; the primal form only
    rows: torch.Tensor  # (R, s, P) what turns the images' weights into a step of the values
    against: torch.Tensor  # (C, s) of the targets times −2
    room: Room


def in_minibatches(features: Features, targets: np.ndarray, count: int, state: State) -> list[Minibatch]:
    """Minibatch b of B holds the images b, b + B, …, so that a set grouped by digit is dealt evenly."""
    runs, memories, _ = state.values.shape
    dual, total = features.name == "dual", len(targets)
    step, against, images = map(state.values.new_tensor, (features.step, -2 * targets.T, features.images))
    rooms = {  # minibatches of one size share theirs, which then stays in cache
        size: Room(*(room(state.kept, rows, size) for rows in (*[memories] * 4, targets.shape[1])))
        for size in {len(range(first, total, count)) for first in range(count)}
    }
    batches = []
    for first in range(count):
        columns = slice(first, total, count)
        chosen = against[:, columns].contiguous()
        place = rooms[chosen.shape[1]]
        batches.append(
            Minibatch(
                columns=columns if dual else None,
                overlaps=state.values[..., columns] if dual else cast(torch.Tensor, place.powers),
                images=None if dual else (images[columns] / images.shape[1]).T.expand(runs, -1, -1),
                rows=step[columns].contiguous().expand(runs, -1, -1),
                against=chosen,
                room=place,
            )
        )
    return batches

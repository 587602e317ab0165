"""The learning rule: networks under training, one or a stack of them, and the steps that advance them.

All arrays carry a leading dimension R of independent runs (R = 1 on a processor core, more on a GPU or for
small networks).

Powers are taken in logarithms. a^n alone overflows or vanishes for most n, but a gradient is divided by its
own largest entry, so only ratios matter: every memory's weights are taken relative to its largest, which
makes the step exact at any n in double and in single precision (paper, supplement: learning rule).

The arithmetic of a step is written twice, as one program for the processor, whose intermediate numbers never
leave its first level of cache (`fused_step`), and in PyTorch's operations for other devices (`tensor_step`).
"""

from __future__ import annotations

import numpy as np
import torch

from .features import Features
from .graph import RecordedEpoch
from .state import Rule, State, minibatches
from .tensor_step import TensorStep


class Learner:
    """The state of R networks under training and the step that advances them.

    Parameters
    ----------
    features : what is tracked of the memories, see `Features`.
    targets : (S, C) of ±1, in the order of the features' images.
    memories, labels : start, (R, K, N) and (R, K, C), NumPy float64.
    n, temperature, cost_power : (R,) power, rescaled temperature T/N and cost power of each run.
    rate, momentum, constraint : as in `hopcore.train`.
    batches : sizes of the minibatches, which are consecutive blocks of the features' images.
    """

    def __init__(
        self,
        features: Features,
        targets: np.ndarray,
        memories: np.ndarray,
        labels: np.ndarray,
        *,
        n: np.ndarray,
        temperature: np.ndarray,
        cost_power: np.ndarray,
        rate: float,
        momentum: float,
        constraint: str,
        batches: list[int],
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self.features = features
        self.dual = features.name == "dual"
        self._state = State.of(features, labels, momentum, dtype, device)
        self._batches = minibatches(features, targets, batches, self._state)
        rule = Rule(rate, momentum, clip=constraint == "clip")
        self._step = step_for(device)(features, self._state, rule)
        self._images = self._tensor(features.images) if self.dual else None
        self._recorded: RecordedEpoch | None = None
        self.set_conditions(n, temperature, cost_power)
        self.restart(memories)

    @property
    def values(self) -> torch.Tensor:
        """The features of the memories, (R, K, P)."""
        return self._state.values

    @property
    def labels(self) -> torch.Tensor:
        """The labels, (R, K, C)."""
        return self._state.labels

    @property
    def weights(self) -> torch.Tensor:
        """The weights of the images in the memories, (R, K, S); the dual form only."""
        return self._state.weights

    @property
    def kept(self) -> torch.Tensor:
        """The part of the base that is left in each memory, (R, K, 1); the dual form only."""
        return self._state.kept

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(array).to(self._state.values)

    def set_conditions(self, n: np.ndarray, temperature: np.ndarray, cost_power: np.ndarray) -> None:
        """Power, rescaled temperature and cost power of each run, (R,), from the next step on."""
        state = self._state
        for held, values in (
            (state.n, n),
            (state.n_minus_1, np.asarray(n) - 1),
            (state.log_temperature, np.log(temperature)),
            (state.cost_exponent, 2 * np.asarray(cost_power) + 1),
        ):
            held.copy_(self._tensor(values).reshape(held.shape))

    def restart(self, memories: np.ndarray) -> None:
        """Put memories (R, K, N) in the place of the present ones."""
        self.values.copy_(self._tensor(self.features.of(memories)))
        if self.dual:
            self.base = self._tensor(memories)
            self.weights.zero_()
            self.kept.fill_(1)

    def memories(self) -> torch.Tensor:
        """The memories, (R, K, N), all their pixels."""
        if not self.dual:
            return self.values
        return pixels_of(self.kept, self.base, self.weights, self._images)

    def epoch(self, noise: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        """One pass over the images, one step for each minibatch; noise is added in the last."""
        for batch in self._batches:
            disturbed = noise is not None and batch is self._batches[-1]
            self._step.advance(batch, limited=not disturbed)
            if disturbed:
                self._disturb(*noise)
                self._step.limit()

    def epochs(self, count: int) -> None:
        """Several epochs; on a GPU they are replayed from one recorded graph, without the host."""
        advance = self.epoch
        if self.values.device.type == "cuda" and count > 1:
            if self._recorded is None:
                self._recorded = RecordedEpoch(self.epoch, self._state.advancing(), self.values.device)
            advance = self._recorded.replay
        for _ in range(count):
            advance()

    def _disturb(self, memory_noise: np.ndarray, label_noise: np.ndarray) -> None:
        """Add noise (R, K, N) and (R, K, C)."""
        self.labels.add_(self._tensor(label_noise))
        # not `memories`, which end at ±1: the limits of this step come after the noise
        pixels = combined(self.kept, self.base, self.weights, self._images) if self.dual else self.values
        self.restart(pixels.to("cpu", torch.float64).numpy() + memory_noise)


def step_for(device: torch.device) -> type:
    """The arithmetic for a device."""
    if device.type != "cpu":
        return TensorStep
    from .fused_step import FusedStep  # Numba takes a moment to import, and training alone needs it

    return FusedStep


def pixels_of(
    kept: torch.Tensor, base: torch.Tensor, weights: torch.Tensor, images: torch.Tensor
) -> torch.Tensor:
    """Memories (R, K, N), see `combined`, within [−1, 1] to the last digit."""
    return combined(kept, base, weights, images).clamp_(-1, 1)


def combined(
    kept: torch.Tensor, base: torch.Tensor, weights: torch.Tensor, images: torch.Tensor
) -> torch.Tensor:
    """kept·base + weights·images, (R, K, N).

    kept (R, K, 1), base (R, K, N), weights (R, K, S), images (S, N).
    """
    return torch.bmm(weights, images.expand(len(weights), -1, -1)).addcmul_(base, kept)

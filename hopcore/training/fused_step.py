"""A step of the learning rule for the processor: two compiled passes over the memories and one product."""

from __future__ import annotations

import numpy as np
import torch

from . import kernels
from .features import Features
from .state import EXPONENTS, NOTHING, TINY, Minibatch, Rule, State


class FusedStep:
    """Steps of a state, see `hopcore.training.step.Learner`; the product is PyTorch's, on its threads."""

    def __init__(self, features: Features, state: State, rule: Rule) -> None:
        kind = state.values.dtype
        values = state.values.numpy()
        number = values.dtype.type
        self._numbers = kernels.Numbers(*map(number, (*EXPONENTS[kind], TINY[kind], NOTHING, 0, 1, 2)))
        self._rate, self._momentum = number(rule.rate), number(rule.momentum)
        self._clip, self._pixels_from = rule.clip, features.pixels_from
        self._state = state
        self._change = torch.empty_like(state.values)
        self._labels, self._label_change = state.labels.numpy(), np.empty_like(state.labels.numpy())
        conditions = (state.n, state.n_minus_1, state.log_temperature, state.cost_exponent)
        self._conditions = [condition.numpy().reshape(-1) for condition in conditions]
        self._arrays = [array.numpy() for array in state.advancing()]
        self._scratch: dict[int, list[np.ndarray]] = {}

    def advance(self, batch: Minibatch, limited: bool) -> None:
        """One step on a minibatch; ``limited`` keeps the result within the limits."""
        overlaps, first = self._state.values, batch.first
        if batch.images is not None:
            overlaps, first = torch.bmm(overlaps, batch.images), 0
        pulls = batch.pulls.numpy()
        kernels.gradient(
            self._numbers, overlaps.numpy(), first, self._labels, batch.targets.numpy(), *self._conditions,
            *self._working_space(batch), pulls, self._label_change,
        )  # fmt: skip
        torch.bmm(batch.pulls, batch.rows, out=self._change)
        where = self._clip, limited, self._pixels_from, batch.first
        gradients = self._change.numpy(), self._label_change, pulls
        if self._state.velocity is not None:  # a momentum of 1e-50 is 0 in single precision
            kernels.advance_with_momentum(
                self._numbers, self._rate, self._momentum, *where, *gradients, *self._arrays
            )
        else:
            kernels.advance(self._numbers, self._rate, *where, *gradients, *self._arrays)

    def limit(self) -> None:
        """Labels within [−1, 1]; memories rescaled, or clipped, into the same range."""
        kernels.limit(self._numbers, self._clip, self._pixels_from, *self._arrays[:4])

    def _working_space(self, batch: Minibatch) -> list[np.ndarray]:
        """For minibatches of one size the same, which then stays in cache."""
        categories, size = batch.targets.shape
        if size not in self._scratch:
            shapes = (kernels.GROUP, size), (categories, size), (size,)
            self._scratch[size] = [np.empty(shape, dtype=self._labels.dtype) for shape in shapes]
        return self._scratch[size]

"""A step of the learning rule in PyTorch's operations, for any device.

Nothing leaves the device during a step, so that an epoch can be recorded as a CUDA graph.
"""

from __future__ import annotations

import torch
from torch.nn.functional import logsigmoid

from .features import Features
from .state import EXPONENTS, NOTHING, TINY, Minibatch, Rule, State


class TensorStep:
    """Steps of a state, see `hopcore.training.step.Learner`."""

    def __init__(self, features: Features, state: State, rule: Rule) -> None:
        self._state, self._rule = state, rule
        self._dual = features.name == "dual"
        self._pixels_from = features.pixels_from
        self._floor, self._ceiling = EXPONENTS[state.values.dtype]
        self._tiny = TINY[state.values.dtype]
        self._change = torch.empty_like(state.values)

    def advance(self, batch: Minibatch, limited: bool) -> None:
        """One step on a minibatch; ``limited`` keeps the result within the limits."""
        self._move(batch, self._gradient(batch))
        if limited:
            self.limit()

    def _gradient(self, batch: Minibatch) -> torch.Tensor:
        """The descent directions, in units that are arbitrary for every memory; the labels' is returned."""
        state = self._state
        if self._dual:
            overlaps = state.values[..., batch.columns]
        else:
            overlaps = torch.bmm(state.values, batch.images)

        # The positive part, log(h/T), and the scores before the tanh, Σ_μ l·a^n. The log of 0 is taken of a
        # tiny number, and put far below any other.
        activations = overlaps.clamp(min=0)
        logarithms = activations.clamp(min=self._tiny).log_()
        logarithms.masked_fill_(activations <= self._tiny, NOTHING).sub_(state.log_temperature)
        powers = torch.mul(logarithms, state.n).clamp_(self._floor, self._ceiling).exp_()
        fields = torch.bmm(state.labels.transpose(1, 2), powers)

        # With u = t·field: |o − t| = 2σ(−2u) and 1 − o² = 4σ(2u)σ(−2u), so that
        # log|g| = (2m + 1) log σ(−2u) + 2u + constant.
        fields.mul_(batch.targets).mul_(-2)
        slopes = logsigmoid(fields).mul_(state.cost_exponent).sub_(fields)
        scale = slopes.amax(dim=1, keepdim=True)
        slopes.sub_(scale).clamp_(min=self._floor).exp_().mul_(batch.targets)

        # Weights of the images in each memory's step, a^(n−1)·(labels·slopes), relative to its largest power.
        torch.bmm(state.labels, slopes, out=batch.pulls)
        powers = torch.addcmul(scale, logarithms, state.n_minus_1)
        powers.sub_(powers.amax(dim=2, keepdim=True)).clamp_(min=self._floor).exp_()
        torch.bmm(batch.pulls.mul_(powers), batch.rows, out=self._change)
        return torch.bmm(powers.mul_(activations), slopes.transpose(1, 2))

    def _move(self, batch: Minibatch, label_change: torch.Tensor) -> None:
        """Divide the gradients by their largest entries, add momentum, and move."""
        state, rate, momentum = self._state, self._rule.rate, self._rule.momentum
        label_size = _largest(label_change)
        # A memory with no positive overlap has no gradient, neither of its labels nor of its pixels.
        step = self._over(self._pixels(self._change)).mul_(label_size.sign())
        label_step = label_size.clamp_(min=self._tiny).reciprocal_()
        if not momentum:
            state.values.addcmul_(self._change, step.mul_(rate))
            state.labels.addcmul_(label_change, label_step.mul_(rate))
            if self._dual:
                state.weights[..., batch.columns].addcmul_(batch.pulls, step)
            return
        state.velocity.mul_(momentum).addcmul_(self._change, step)
        state.label_velocity.mul_(momentum).addcmul_(label_change, label_step)
        if self._dual:
            state.weight_velocity.mul_(momentum)[..., batch.columns].addcmul_(batch.pulls, step)
        step = self._over(self._pixels(state.velocity)).mul_(rate)
        state.values.addcmul_(state.velocity, step)
        state.labels.addcmul_(state.label_velocity, self._over(state.label_velocity).mul_(rate))
        state.weights.addcmul_(state.weight_velocity, step)

    def limit(self) -> None:
        """Labels within [−1, 1]; memories rescaled, or clipped, into the same range."""
        state = self._state
        state.labels.clamp_(-1, 1)
        if self._rule.clip:
            state.values.clamp_(-1, 1)
            return
        factor = _largest(self._pixels(state.values)).clamp_(min=1).reciprocal_()
        for array in (state.values, state.weights, state.kept):
            array.mul_(factor)

    def _pixels(self, values: torch.Tensor) -> torch.Tensor:
        return values[..., self._pixels_from :]

    def _over(self, numbers: torch.Tensor) -> torch.Tensor:
        """One over the largest absolute number of each memory, (R, K, 1)."""
        return _largest(numbers).clamp_(min=self._tiny).reciprocal_()


def _largest(numbers: torch.Tensor) -> torch.Tensor:
    """The largest absolute number of each memory, (R, K, 1)."""
    return numbers.abs().amax(dim=2, keepdim=True)

"""One step of the learning rule, in PyTorch's operations: the same on every device.

Powers are taken in logarithms. a^n alone overflows or vanishes for most n, but a gradient is divided by its
own largest entry, so only ratios matter: every memory's weights are taken relative to its largest, which
makes the step exact at any n in double and in single precision (paper, supplement: learning rule).

The gradient is three functions without side effects. Training gives them a `Room`, in which their results
stay in cache; without one they can be differentiated (`hopcore.splits.saddles`). Nothing leaves the device
during a step, so that an epoch can be recorded as a CUDA graph. What a network gets does not depend on those
beside it in the arrays, bit for bit, so no operation may round numbers at the end of an array in another way
than those before (`softplus` does), and all that enters products lies in a `room`.
"""

from math import log

import torch
from torch.nn.functional import logsigmoid

from .state import Conditions, Minibatch, Room, State

EXPONENTS = {torch.float64: (-600.0, 600.0), torch.float32: (-60.0, 75.0)}
"""Smallest and largest exponents kept: below, a weight is nothing beside the largest (1); above, tanh is at
±1. The margins keep products of such weights away from subnormal numbers, which are many times slower."""

TINY = {torch.float64: 1e-290, torch.float32: 1e-34}
"""Smallest divisor."""

_LOWEST = -1e30
"""Below the logarithm of any weight but 0."""

_NOWHERE = Room()


def activations(overlaps: torch.Tensor, room: Room = _NOWHERE) -> tuple[torch.Tensor, torch.Tensor]:
    """The positive part of overlaps (R, K, s) over N, and its logarithm, −∞ where there is none.

    In the place of 0 stands a number that vanishes in every product: processors are slow at log 0.
    """
    tiny = TINY[overlaps.dtype]
    positive = torch.clamp(overlaps, min=tiny, out=room.positive)
    logarithms = torch.log(positive, out=room.logarithms)
    return positive, torch.threshold_(logarithms, log(tiny) * (1 - 1e-6), -torch.inf)


def errors(
    logarithms: torch.Tensor,
    labels: torch.Tensor,
    against: torch.Tensor,
    conditions: Conditions,
    room: Room = _NOWHERE,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The factors g of both gradients, but for a constant.

    They are relative to the largest of each image, (R, C, s), whose logarithm is the second result (R, 1, s).
    Logarithms (R, K, s) are from `activations`, labels (R, K, C); ``against`` (C, s) is −2 times the targets.
    """
    lowest, highest = EXPONENTS[logarithms.dtype]
    powers = torch.sub(logarithms, conditions.log_temperature, out=room.powers).mul_(conditions.n)
    fields = torch.bmm(labels.transpose(1, 2), powers.clamp_(lowest, highest).exp_()).mul_(against)
    # With u = t·field: |o − t| = 2σ(−2u) and 1 − o² = 4σ(2u)σ(−2u), so that
    # −log|g| = −2u − (2m + 1) log σ(−2u) + constant.
    depths = torch.addcmul(fields, logsigmoid(fields), conditions.cost_exponent, value=-1)
    least = depths.amin(dim=1, keepdim=True)
    return torch.sub(least, depths, out=room.factors).clamp_(min=lowest).exp_().mul_(against), -least


def gradients(
    positive: torch.Tensor,
    logarithms: torch.Tensor,
    labels: torch.Tensor,
    errors: tuple[torch.Tensor, torch.Tensor],
    conditions: Conditions,
    room: Room = _NOWHERE,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Both gradients, in units that are arbitrary for every memory.

    Of the memories as weights of the images, a^(n−1)·(labels·g), (R, K, s); of the labels, (R, K, C).
    """
    factors, sizes = errors
    exponents = torch.addcmul(sizes, logarithms, conditions.n_minus_1, out=room.powers)
    largest = exponents.amax(dim=2, keepdim=True).clamp(min=_LOWEST)
    powers = torch.sub(exponents, largest, out=room.powers).clamp_(min=EXPONENTS[labels.dtype][0]).exp_()
    pulls = torch.bmm(labels, factors, out=room.pulls).mul_(powers)
    return pulls, torch.bmm(torch.mul(powers, positive, out=room.powers), factors.transpose(1, 2))


def largest(numbers: torch.Tensor) -> torch.Tensor:
    """The largest absolute number of each memory, (R, K, 1)."""
    return torch.maximum(numbers.amax(dim=2, keepdim=True), -numbers.amin(dim=2, keepdim=True))


class Step:
    """Steps of a state by one rule, with rate and momentum as in `hopcore.train`.

    Pixels begin at the column ``pixels_from`` of the state's values (see `Features`). With ``clip`` they are
    cut to [−1, 1] one by one; otherwise a memory is rescaled.
    """

    def __init__(self, state: State, pixels_from: int, rate: float, momentum: float, clip: bool) -> None:
        self._state, self._rate, self._momentum, self._clip = state, rate, momentum, clip
        self._pixels_from = pixels_from
        self._tiny = TINY[state.values.dtype]
        self._change = torch.empty_like(state.values)
        self._sizes = torch.empty_like(state.values[..., pixels_from:])

    def advance(self, batch: Minibatch, limited: bool) -> None:
        """One step on a minibatch; ``limited`` keeps the result within the limits."""
        state, room = self._state, batch.room
        if batch.images is not None:
            torch.bmm(state.values, batch.images, out=batch.overlaps)
        positive, logarithms = activations(batch.overlaps, room)
        factors = errors(logarithms, state.labels, batch.against, state.conditions, room)
        pulls, label_change = gradients(positive, logarithms, state.labels, factors, state.conditions, room)
        torch.bmm(pulls, batch.rows, out=self._change)

        # Gradients over their largest entries are added to the velocities, or taken from the state itself.
        label_size = largest(label_change)
        # A memory with no positive overlap has no gradient, neither of its labels nor of its pixels.
        step = label_size.sign().div_(self._size(self._change))
        label_step = label_size.clamp_(min=self._tiny).reciprocal_()
        values, labels, _ = gaining = state.velocities or state.moving()
        if state.velocities:
            for velocity in state.velocities:
                velocity.mul_(self._momentum)
        else:
            step.mul_(-self._rate)
            label_step.mul_(-self._rate)
        values.addcmul_(self._change, step)
        labels.addcmul_(label_change, label_step)
        if batch.columns is not None:
            gaining[2][..., batch.columns].addcmul_(pulls, step)
        if state.velocities:
            step = self._size(values).reciprocal_().mul_(-self._rate)
            label_step = largest(labels).clamp_(min=self._tiny).reciprocal_().mul_(-self._rate)
            steps = step, label_step, step
            for array, velocity, by in zip(state.moving(), state.velocities, steps, strict=True):
                array.addcmul_(velocity, by)
        if limited:
            self.limit()

    def limit(self) -> None:
        """Labels within [−1, 1]; memories rescaled, or clipped, into the same range."""
        state = self._state
        state.labels.clamp_(-1, 1)
        if self._clip:
            state.values.clamp_(-1, 1)
            return
        factor = self._size(state.values).clamp_(min=1).reciprocal_()
        for array in (state.values, state.weights, state.kept):
            array.mul_(factor)

    def _size(self, values: torch.Tensor) -> torch.Tensor:
        """The largest pixel of each memory, (R, K, 1), as a divisor."""
        sizes = torch.abs(values[..., self._pixels_from :], out=self._sizes)
        return sizes.amax(dim=2, keepdim=True).clamp_(min=self._tiny)

"""The learning rule: one step of gradient descent, for one network or a stack of them.

All arrays carry a leading dimension R of independent runs (R = 1 on a processor core, more on a GPU or for
small networks). Nothing leaves the device during a step, so that an epoch can be captured as a CUDA graph.

Powers are taken in logarithms. a^n alone overflows or vanishes for most n, but a gradient is divided by its
own largest entry, so only ratios matter: every memory's weights are taken relative to its largest, which
makes the step exact at any n in double and in single precision (paper, supplement: learning rule).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import logsigmoid, threshold_

from .features import Features

# Smallest and largest exponents kept: below, a weight is nothing beside the largest (1); above, tanh is at
# ±1. The margins keep products of such weights away from subnormal numbers, which are many times slower.
_EXPONENTS = {torch.float64: (-600.0, 600.0), torch.float32: (-60.0, 75.0)}
# In the place of log 0: so low that no other term of an exponent brings it back, at any n.
_NOTHING = -1e30
_TINY = {torch.float64: 1e-290, torch.float32: 1e-34}


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
        self.momentum, self.constraint = momentum, constraint
        self.dtype, self.device = dtype, device
        self.dual = features.name == "dual"
        runs, memory_count, _ = memories.shape
        image_count, feature_count = features.step.shape
        category_count = targets.shape[1]
        per_run = (runs, 1, 1)

        self._n, self._n_minus_1, self._log_temperature, self._cost_exponent = (
            self._empty(*per_run) for _ in range(4)
        )
        self.set_conditions(n, temperature, cost_power)
        self._rate = self._tensor(np.full(per_run, rate))

        # Small matrices are kept with the long side last (categories × memories, categories × images): such
        # products are several times faster than with ten columns.
        self.values = self._empty(runs, memory_count, feature_count)
        self._labels = self._tensor(labels).transpose(1, 2).contiguous()
        self._labels_by_memory = self._labels.transpose(1, 2)
        self._change = torch.empty_like(self.values)
        self._pixels, self._pixel_change = (
            array[..., features.pixels_from :] for array in (self.values, self._change)
        )
        self._pixel_scratch = torch.empty_like(self._pixels, memory_format=torch.contiguous_format)
        self._label_change, self._label_scratch = (
            torch.empty_like(self._labels),
            torch.empty_like(self._labels),
        )
        if self.dual:
            self.weights = self._empty(runs, memory_count, image_count)
            self.kept = self._empty(runs, memory_count, 1)
        if momentum:
            self._velocity = torch.zeros_like(self.values)
            self._pixel_velocity = self._velocity[..., features.pixels_from :]
            self._label_velocity = torch.zeros_like(self._labels)
            if self.dual:
                self._weight_velocity = torch.zeros_like(self.weights)

        step_matrix, signs = self._tensor(features.step), self._tensor(targets).T.contiguous()
        images = None if self.dual else self._tensor(features.images) / features.images.shape[1]
        ends = torch.tensor(batches).cumsum(0).tolist()
        blocks = [slice(end - size, end) for size, end in zip(batches, ends, strict=True)]
        self._batches = [
            _Batch(
                rows=step_matrix[block].expand(runs, -1, -1),
                images=None if images is None else images[block].T.expand(runs, -1, -1),
                overlaps=self.values[..., block] if self.dual else self._empty(runs, memory_count, size),
                weights=self.weights[..., block] if self.dual else None,
                weight_velocity=self._weight_velocity[..., block] if self.dual and momentum else None,
                targets=signs[:, block].contiguous(),
                minus_twice_targets=-2 * signs[:, block],
                scratch=[self._empty(runs, memory_count, size) for _ in range(4)],
                fields=self._empty(runs, category_count, size),
            )
            for block, size in zip(blocks, batches, strict=True)
        ]
        self._images = self._tensor(features.images) if self.dual else None
        self._graph: torch.cuda.CUDAGraph | None = None
        self.restart(memories)

    @property
    def labels(self) -> torch.Tensor:
        """The labels, (R, K, C)."""
        return self._labels_by_memory

    def _empty(self, *shape: int) -> torch.Tensor:
        return torch.empty(*shape, dtype=self.dtype, device=self.device)

    def _tensor(self, array) -> torch.Tensor:
        return torch.as_tensor(array).to(dtype=self.dtype, device=self.device)

    def set_conditions(self, n: np.ndarray, temperature: np.ndarray, cost_power: np.ndarray) -> None:
        """Power, rescaled temperature and cost power of each run, (R,), from the next step on."""
        for held, values in (
            (self._n, n),
            (self._n_minus_1, np.asarray(n) - 1),
            (self._log_temperature, np.log(temperature)),
            (self._cost_exponent, 2 * np.asarray(cost_power) + 1),
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
            self._gradient(batch)
            self._descend(batch)
            if noise is not None and batch is self._batches[-1]:
                self._disturb(*noise)
            self._limit()

    def epochs(self, count: int) -> None:
        """Several epochs; on a GPU they are replayed from one recorded graph, without the host."""
        if self.device.type == "cuda" and count > 1:
            if self._graph is None:
                self._record_graph()
            for _ in range(count):
                self._graph.replay()
            return
        for _ in range(count):
            self.epoch()

    def _record_graph(self) -> None:
        """Record one epoch as a CUDA graph; the epochs run to warm up are undone."""
        state = [self.values, self._labels]
        state += [self.weights, self.kept] if self.dual else []
        if self.momentum:
            state += [self._velocity, self._label_velocity]
            state += [self._weight_velocity] if self.dual else []
        before = [array.clone() for array in state]
        side = torch.cuda.Stream(self.device)
        side.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(side):
            for _ in range(3):
                self.epoch()
        torch.cuda.current_stream(self.device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.epoch()
        for array, value in zip(state, before, strict=True):
            array.copy_(value)
        self._graph = graph

    def _disturb(self, memory_noise: np.ndarray, label_noise: np.ndarray) -> None:
        """Add noise (R, K, N) and (R, K, C)."""
        self._labels.add_(self._tensor(label_noise).transpose(1, 2))
        self.restart(self.memories().to("cpu", torch.float64).numpy() + memory_noise)

    def _gradient(self, batch: _Batch) -> None:
        """The descent directions of one minibatch, in units that are arbitrary for every memory."""
        activations, logarithms, powers, pulls = batch.scratch
        floor, ceiling = _EXPONENTS[self.dtype]
        tiny = _TINY[self.dtype]

        # Overlaps h/N, their positive part, log(h/T), and the scores before the tanh, Σ_μ l·a^n. The log
        # of 0 is slow to take: it is taken of a tiny number, and put far below any other.
        if not self.dual:
            torch.bmm(self.values, batch.images, out=batch.overlaps)
        torch.clamp(batch.overlaps, min=0, out=activations)
        torch.clamp(activations, min=tiny, out=logarithms).log_()
        threshold_(logarithms, 0.999 * math.log(tiny), _NOTHING).sub_(self._log_temperature)
        torch.mul(logarithms, self._n, out=powers)
        fields = torch.bmm(self._labels, powers.clamp_(floor, ceiling).exp_(), out=batch.fields)

        # With u = t·field: |o − t| = 2σ(−2u) and 1 − o² = 4σ(2u)σ(−2u), so that
        # log|g| = (2m + 1) log σ(−2u) + 2u + constant.
        fields.mul_(batch.minus_twice_targets)
        slopes = logsigmoid(fields).mul_(self._cost_exponent).sub_(fields)
        image_scale = torch.amax(slopes, dim=1, keepdim=True)
        slopes.sub_(image_scale).clamp_(min=floor).exp_().mul_(batch.targets)

        # Weights of the images in each memory's step, a^(n−1)·(labels·slopes), relative to its largest power.
        torch.bmm(self._labels_by_memory, slopes, out=pulls)
        torch.addcmul(image_scale, logarithms, self._n_minus_1, out=powers)
        memory_scale = torch.amax(powers, dim=2, keepdim=True)
        powers.sub_(memory_scale).clamp_(min=floor).exp_()
        torch.bmm(pulls.mul_(powers), batch.rows, out=self._change)
        torch.bmm(slopes, powers.mul_(activations).transpose(1, 2), out=self._label_change)

    def _descend(self, batch: _Batch) -> None:
        """Divide the gradients by their largest entries, add momentum, and move."""
        tiny = _TINY[self.dtype]
        label_size = self._largest_label(self._label_change)
        memory_rate = self._largest_pixel(self._pixel_change).clamp_(min=tiny).reciprocal_()
        # A memory with no positive overlap has no gradient, neither of its labels nor of its pixels.
        memory_rate.mul_(label_size.sign().transpose(1, 2))
        label_rate = label_size.clamp_(min=tiny).reciprocal_()
        if not self.momentum:
            self.values.addcmul_(self._change, memory_rate.mul_(self._rate))
            self._labels.addcmul_(self._label_change, label_rate.mul_(self._rate))
            if self.dual:
                batch.weights.addcmul_(batch.pulls, memory_rate)
            return
        self._velocity.mul_(self.momentum).addcmul_(self._change, memory_rate)
        self._label_velocity.mul_(self.momentum).addcmul_(self._label_change, label_rate)
        step = self._largest_pixel(self._pixel_velocity).clamp_(min=tiny).reciprocal_().mul_(self._rate)
        label_step = self._largest_label(self._label_velocity).clamp_(min=tiny).reciprocal_().mul_(self._rate)
        self.values.addcmul_(self._velocity, step)
        self._labels.addcmul_(self._label_velocity, label_step)
        if self.dual:
            self._weight_velocity.mul_(self.momentum)
            batch.weight_velocity.addcmul_(batch.pulls, memory_rate)
            self.weights.addcmul_(self._weight_velocity, step)

    def _largest_pixel(self, pixels: torch.Tensor) -> torch.Tensor:
        """Largest absolute pixel of each memory, (R, K, 1)."""
        return torch.amax(torch.abs(pixels, out=self._pixel_scratch), dim=2, keepdim=True)

    def _largest_label(self, labels: torch.Tensor) -> torch.Tensor:
        """Largest absolute label of each memory, (R, 1, K)."""
        return torch.amax(torch.abs(labels, out=self._label_scratch), dim=1, keepdim=True)

    def _limit(self) -> None:
        """Labels within [−1, 1]; memories rescaled, or clipped, into the same range."""
        self._labels.clamp_(-1, 1)
        if self.constraint == "clip":
            self.values.clamp_(-1, 1)
            return
        factor = self._largest_pixel(self._pixels).clamp_(min=1).reciprocal_()
        self.values.mul_(factor)
        if self.dual:
            self.weights.mul_(factor)
            self.kept.mul_(factor)


def pixels_of(
    kept: torch.Tensor, base: torch.Tensor, weights: torch.Tensor, images: torch.Tensor
) -> torch.Tensor:
    """Memories (R, K, N) = kept·base + weights·images, within [−1, 1] to the last digit.

    kept (R, K, 1), base (R, K, N), weights (R, K, S), images (S, N).
    """
    pixels = torch.bmm(weights, images.expand(len(weights), -1, -1))
    return pixels.addcmul_(base, kept).clamp_(-1, 1)


@dataclass
class _Batch:
    """Views and working space of one minibatch of s images."""

    rows: torch.Tensor  # (R, s, P) the images' rows of the step matrix
    images: torch.Tensor | None  # (R, N, s) the images over N; the primal form only
    overlaps: torch.Tensor  # (R, K, s)
    weights: torch.Tensor | None  # (R, K, s) of the state; the dual form only
    weight_velocity: torch.Tensor | None  # likewise, with momentum
    targets: torch.Tensor  # (C, s)
    minus_twice_targets: torch.Tensor  # (C, s)
    scratch: list[torch.Tensor]  # four of (R, K, s); the last holds the pulls
    fields: torch.Tensor  # (R, C, s)

    @property
    def pulls(self) -> torch.Tensor:
        return self.scratch[-1]

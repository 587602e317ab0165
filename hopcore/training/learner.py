"""Networks under training, one or a stack of them.

All arrays carry a leading dimension R of independent runs (R = 1 on a processor core, more on a GPU or for
small networks).
"""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from .features import Features
from .options import Options
from .state import Conditions, State, in_minibatches
from .step import Step


class Learner:
    """The state of R networks under training and the steps that advance them.

    The start is memories (R, K, N) and labels (R, K, C), the targets (S, C) are ±1, and the conditions are
    those of `set_conditions`.
    """

    def __init__(
        self,
        features: Features,
        targets: np.ndarray,
        start: tuple[np.ndarray, np.ndarray],
        options: Options,
        **conditions: np.ndarray,
    ) -> None:
        memories, labels = start
        self.features = features
        self.dual = features.name == "dual"
        self.state = State.of(features, labels, options)
        self._batches = in_minibatches(features, targets, options.minibatches, self.state)
        clip = options.constraint == "clip"
        self._step = Step(self.state, features.pixels_from, options.rate, options.momentum, clip)
        self._images = self._tensor(features.images) if self.dual else None
        self._replay: Callable[[], None] | None = None
        self.set_conditions(**conditions)
        self.restart(memories)

    def _tensor(self, array: np.ndarray) -> Tensor:
        return self.state.values.new_tensor(array)

    def set_conditions(self, n: np.ndarray, temperature: np.ndarray, cost_power: np.ndarray) -> None:
        """Power, rescaled temperature T/N and cost power of each run, (R,), from the next step on."""
        given = Conditions.of(n, temperature, cost_power, self.state.values)
        for name, value in vars(given).items():
            getattr(self.state.conditions, name).copy_(value)

    def restart(self, memories: np.ndarray) -> None:
        """Put memories (R, K, N) in the place of the present ones."""
        self.state.values.copy_(self._tensor(self.features.of(memories)))
        if self.dual:
            self.base = self._tensor(memories)
            self.state.weights.zero_()
            self.state.kept.fill_(1)

    def memories(self) -> Tensor:
        """The memories, (R, K, N), all their pixels, within [−1, 1] to the last digit."""
        return self._pixels().clamp_(-1, 1) if self.dual else self.state.values

    def _pixels(self) -> Tensor:
        """The memories before their limits, which in a step come after the noise."""
        if self._images is None:
            return self.state.values
        return combined(self.state.kept, self.base, self.state.weights, self._images)

    def epoch(self, noise: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        """One pass over the images, one step for each minibatch; noise (R, K, N), (R, K, C) in the last."""
        for batch in self._batches:
            self._step.advance(batch, limited=noise is None or batch is not self._batches[-1])
        if noise is None:
            return
        memory_noise, label_noise = noise
        self.state.labels.add_(self._tensor(label_noise))
        self.restart(self._pixels().to("cpu", torch.float64).numpy() + memory_noise)
        self._step.limit()

    def epochs(self, count: int) -> None:
        """Several epochs; on a GPU they are replayed from one recorded graph, without the host."""
        advance: Callable[[], None] = self.epoch
        device = self.state.values.device
        if device.type == "cuda" and count > 1:
            if self._replay is None:
                self._replay = _recorded(self.epoch, self.state.advancing(), device)
            advance = self._replay
        for _ in range(count):
            advance()


def _recorded(epoch: Callable[[], None], state: Iterable[Tensor], device: torch.device) -> Callable[[], None]:
    """``epoch``, which advances ``state``, as a CUDA graph; the epochs run to warm up are undone."""
    before = [array.clone() for array in state]
    side = torch.cuda.Stream(device)
    side.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(side):
        for _ in range(3):
            epoch()
    torch.cuda.current_stream(device).wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        epoch()
    for array, value in zip(state, before, strict=True):
        array.copy_(value)
    return graph.replay


def combined(kept: Tensor, base: Tensor, weights: Tensor, images: Tensor) -> Tensor:
    """kept·base + weights·images, (R, K, N), of (R, K, 1), (R, K, N), (R, K, S) and (S, N)."""
    return torch.bmm(weights, images.expand(len(weights), -1, -1)).addcmul_(base, kept)

"""Networks under training, one or a stack of them.

All arrays carry a leading dimension R of independent runs (R = 1 on a processor core, more on a GPU or for
small networks).
"""

from collections.abc import Callable, Iterable

import numpy as np
import torch

from .features import Features
from .state import Conditions, State, in_minibatches
from .step import Step


class Learner:
    """The state of R networks under training and the steps that advance them.

    Parameters
    ----------
    features : what is tracked of the memories, see `Features`.
    targets : (S, C) of ±1.
    memories, labels : start, (R, K, N) and (R, K, C), NumPy float64.
    n, temperature, cost_power : (R,) power, rescaled temperature T/N and cost power of each run.
    rate, momentum, constraint, minibatches : as in `hopcore.train`.
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
        minibatches: int,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self.features = features
        self.dual = features.name == "dual"
        self._state = State.of(features, labels, momentum, dtype, device)
        self._batches = in_minibatches(features, targets, minibatches, self._state)
        self._step = Step(self._state, features.pixels_from, rate, momentum, clip=constraint == "clip")
        self._images = self._tensor(features.images) if self.dual else None
        self._replay: Callable[[], None] | None = None
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
        return self._state.values.new_tensor(array)

    def set_conditions(self, n: np.ndarray, temperature: np.ndarray, cost_power: np.ndarray) -> None:
        """Power, rescaled temperature and cost power of each run, (R,), from the next step on."""
        held, given = self._state.conditions, Conditions.of(n, temperature, cost_power, self.values)
        for name, value in vars(given).items():
            getattr(held, name).copy_(value)

    def restart(self, memories: np.ndarray) -> None:
        """Put memories (R, K, N) in the place of the present ones."""
        self.values.copy_(self._tensor(self.features.of(memories)))
        if self.dual:
            self.base = self._tensor(memories)
            self.weights.zero_()
            self.kept.fill_(1)

    def memories(self) -> torch.Tensor:
        """The memories, (R, K, N), all their pixels."""
        if self._images is None:
            return self.values
        return pixels_of(self.kept, self.base, self.weights, self._images)

    def epoch(self, noise: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        """One pass over the images, one step for each minibatch; noise is added in the last."""
        for batch in self._batches:
            disturbance = noise if batch is self._batches[-1] else None
            self._step.advance(batch, limited=disturbance is None)
            if disturbance is not None:
                self._disturb(*disturbance)
                self._step.limit()

    def epochs(self, count: int) -> None:
        """Several epochs; on a GPU they are replayed from one recorded graph, without the host."""
        advance: Callable[[], None] = self.epoch
        if self.values.device.type == "cuda" and count > 1:
            if self._replay is None:
                self._replay = _recorded(self.epoch, self._state.advancing(), self.values.device)
            advance = self._replay
        for _ in range(count):
            advance()

    def _disturb(self, memory_noise: np.ndarray, label_noise: np.ndarray) -> None:
        """Add noise (R, K, N) and (R, K, C)."""
        self.labels.add_(self._tensor(label_noise))
        # not `memories`, which end at ±1: the limits of this step come after the noise
        pixels = self.values
        if self._images is not None:
            pixels = combined(self.kept, self.base, self.weights, self._images)
        self.restart(pixels.to("cpu", torch.float64).numpy() + memory_noise)


def _recorded(
    epoch: Callable[[], None], state: Iterable[torch.Tensor], device: torch.device
) -> Callable[[], None]:
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

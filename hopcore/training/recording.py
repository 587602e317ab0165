"""What is kept of a run: labels, and memories or what they are made of."""

from dataclasses import dataclass, field

import numpy as np
import torch

from .learner import Learner, combined


@dataclass
class Recording:
    """The kept epochs of R stacked runs.

    The dual form knows a memory as kept·base + weights·images, exactly. Bases change only with a noise pulse,
    so for a trajectory of S < N images this is the smaller record; pixels are computed when asked for.
    """

    epochs: list[int] = field(default_factory=list)
    labels: list[np.ndarray] = field(default_factory=list)  # each (R, K, C)
    memories: list[np.ndarray] = field(default_factory=list)  # each (R, K, N), or empty
    weights: list[np.ndarray] = field(default_factory=list)  # each (R, K, S), or empty
    kept: list[np.ndarray] = field(default_factory=list)  # each (R, K)
    bases: list[np.ndarray] = field(default_factory=list)  # each (R, K, N)
    base_of_epoch: list[int] = field(default_factory=list)
    _last_base: torch.Tensor | None = None

    def add(self, epoch: int, learner: Learner, compact: bool) -> None:
        """Keep the learner's present state."""
        self.epochs.append(epoch)
        self.labels.append(_array(learner.state.labels))
        if not compact:
            self.memories.append(_array(learner.memories()))
            return
        if learner.base is not self._last_base:
            self._last_base = learner.base
            self.bases.append(_array(learner.base))
        self.base_of_epoch.append(len(self.bases) - 1)
        self.weights.append(_array(learner.state.weights))
        self.kept.append(_array(learner.state.kept)[..., 0])


def _array(tensor: torch.Tensor) -> np.ndarray:
    array = tensor.detach().to("cpu").numpy().copy()
    if not np.isfinite(array).all():
        kind = str(array.dtype)
        raise FloatingPointError(f"training went beyond the numbers of {kind}: lower rate, n or cost_power")
    return array


def compact_is_smaller(epochs: int, bases: int, memories: int, images: int, pixels: int) -> bool:
    """Whether weights and bases take less room than the memories' pixels."""
    compact = epochs * memories * (images + 1) + bases * memories * pixels + images * pixels
    return compact < epochs * memories * pixels


def rebuilt(kept: np.ndarray, base: np.ndarray, weights: np.ndarray, images: np.ndarray) -> np.ndarray:
    """The memories (K, N) of one epoch: kept (K,), base (K, N), weights (K, S), images (S, N)."""
    held, start, given, pixels = (
        torch.from_numpy(np.array(part, dtype=weights.dtype))
        for part in (kept[None, :, None], base[None], weights[None], images)
    )
    return combined(held, start, given, pixels).clamp_(-1, 1)[0].numpy()

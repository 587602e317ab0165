"""The recorded epochs of a run, one at a time: of one that is learning, or of one that was saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr

from hopcore import decomposition, model
from hopcore.data import TrainingSet
from hopcore.splits.fates import training_data
from hopcore.training.schedule import conditions

_TRAIL_POINTS = 120
"""Epochs at which a trail is drawn, at most."""


@dataclass(frozen=True)
class Frame:
    """A network at one recorded epoch: memories (K, N), labels (K, C), and what held in that epoch."""

    epoch: int
    memories: np.ndarray
    labels: np.ndarray
    n: float
    rescaled_temperature: float

    def recognised(self, data: TrainingSet) -> int:
        """How many training images are classified correctly."""
        network = {"n": self.n, "rescaled_temperature": self.rescaled_temperature}
        answers = model.category(data.images, self.memories, self.labels, **network)
        return int((answers == data.digits).sum())


class Frames(Protocol):
    """What the pictures ask of a run."""

    data: TrainingSet

    @property
    def epochs(self) -> list[int]:
        """The recorded epochs."""

    @property
    def total(self) -> int:
        """The epoch at which the run ends or ended."""

    def frame(self, index: int) -> Frame:
        """What was recorded at the epoch of this index."""

    def dataset(self) -> xr.Dataset:
        """The run, to save."""


class SavedRun:
    """A run from a file.

    Parameters
    ----------
    run : from `hopcore.open_run`.
    data : its training set, for a run that does not carry its images.

    Raises
    ------
    ValueError, TypeError
        If the images are neither in the run nor given.
    """

    def __init__(self, run: xr.Dataset, data: TrainingSet | None = None) -> None:
        self.data = training_data(run, data)
        self._run = run
        self.epochs = [int(epoch) for epoch in run.epoch.values]
        self.total = self.epochs[-1]

    def frame(self, index: int) -> Frame:
        """What was recorded at the epoch of this index."""
        epoch = self.epochs[index]
        n, temperature, _ = conditions(self._run, max(epoch - 1, 0))
        now = self._run.isel(epoch=index)
        return Frame(epoch, now.memories.values, now.labels.values, n, temperature)

    def dataset(self) -> xr.Dataset:
        """The run."""
        return self._run


class Measured:
    """What is computed of a run's frames, kept so that each is computed once.

    A long run is measured at some of its epochs: at most 120 before an epoch, evenly spaced, and there.
    """

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._known: dict[int, tuple[int, np.ndarray]] = {}

    def at(self, index: int, frame: Frame | None = None) -> tuple[int, np.ndarray]:
        """Images recognised, and the category coefficients ᾱ (K, 10)."""
        if index not in self._known:
            frame, data = frame or self._frames.frame(index), self._frames.data
            alpha = decomposition.coefficients(frame.memories.astype(np.float64), data)
            self._known[index] = frame.recognised(data), decomposition.category_coefficients(alpha, data)
        return self._known[index]

    def until(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Epochs (E,), images recognised (E,) and ᾱ (E, K, 10) up to an index."""
        every = -(-len(self._frames.epochs) // _TRAIL_POINTS)
        chosen = [*range(0, index, every), index]
        measured = [self.at(each) for each in chosen]
        epochs = np.array(self._frames.epochs)[chosen]
        return epochs, np.array([count for count, _ in measured]), np.array([sums for _, sums in measured])

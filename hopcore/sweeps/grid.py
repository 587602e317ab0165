"""The grid of a sweep: its runs, and the labelled arrays that hold their final states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from hopcore._checks import check_above, check_positive, check_seed, refuse
from hopcore.data import TrainingSet
from hopcore.training import Options, Run

DIMS = ("n", "rescaled_temperature", "seed")


@dataclass(frozen=True)
class Grid:
    """The values of n, of the rescaled temperature and of the seed, each of them once."""

    n: tuple[float, ...]
    rescaled_temperature: tuple[float, ...]
    seed: tuple[int, ...]

    @classmethod
    def checked(cls, n: Any, rescaled_temperature: Any, seed: Any) -> Grid:
        """A grid from numbers or lists of numbers.

        Raises
        ------
        ValueError, TypeError
            For a wrong value, an empty list or a value that is there twice.
        """
        return cls(
            _checked_values("n", n, partial(check_above, bound=1)),
            _checked_values("rescaled_temperature", rescaled_temperature, check_positive),
            _checked_values("seed", seed, lambda name, value: check_seed(value, name)),
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.n), len(self.rescaled_temperature), len(self.seed)

    def runs(self) -> dict[Run, tuple[int, ...]]:
        """Every run, with its place in the grid."""
        values = product(self.n, self.rescaled_temperature, self.seed)
        return {Run(*run): place for run, place in zip(values, np.ndindex(self.shape), strict=True)}


class FinalStates:
    """Final memories and labels over a grid, to be filled run by run."""

    def __init__(self, grid: Grid, data: TrainingSet, options: Options) -> None:
        self._grid, self._data = grid, data
        self._places = grid.runs()
        states = (*grid.shape, options.memories)
        self._memories = np.empty((*states, data.images.shape[1]), options.dtype)
        self._labels = np.empty((*states, data.targets.shape[1]), options.dtype)

    def put(self, runs: Sequence[Run], memories: np.ndarray, labels: np.ndarray) -> None:
        """The final memories (R, K, N) and labels (R, K, C) of R runs."""
        for run, run_memories, run_labels in zip(runs, memories, labels, strict=True):
            self._memories[self._places[run]] = run_memories
            self._labels[self._places[run]] = run_labels

    def dataset(self, attributes: dict[str, Any]) -> xr.Dataset:
        """All of them, as `hopcore.sweep` describes it."""
        temperatures = np.array(self._grid.rescaled_temperature)
        return xr.Dataset(
            {
                "memories": ((*DIMS, "memory", "pixel"), self._memories),
                "labels": ((*DIMS, "memory", "category"), self._labels),
            },
            {
                "n": np.array(self._grid.n),
                "rescaled_temperature": temperatures,
                "temperature": ("rescaled_temperature", temperatures * self._data.images.shape[1]),
                "seed": np.array(self._grid.seed),
                "memory": np.arange(self._memories.shape[-2]),
                "category": np.arange(self._labels.shape[-1]),
            },
            attributes,
        )


def _checked_values(name: str, given: Any, check: Callable[[str, Any], Any]) -> tuple[Any, ...]:
    if isinstance(given, (np.ndarray, xr.DataArray)):
        given = list(np.atleast_1d(np.asarray(given)))
    elif isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        given = [given]
    values = tuple(check(name, value) for value in given)
    if not values:
        raise refuse(name, values, "one value or a list of at least one")
    twice = [value for index, value in enumerate(values) if value in values[:index]]
    if twice:
        raise ValueError(f"{name} holds {twice[0]!r} twice: must be different values")
    return values

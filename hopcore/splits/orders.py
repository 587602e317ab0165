"""The order of learning over many networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from hopcore._checks import refuse
from hopcore._threads import threads
from hopcore.data import TrainingSet
from hopcore.training import train

from .recognition import appearance, recognised


def appearances(
    sets: Sequence[TrainingSet],
    *,
    n: Iterable[float],
    seeds: Sequence[int],
    record_every: int,
    executor: Executor | None = None,
    **train_options: Any,
) -> xr.DataArray:
    """When each digit appears, for a network of every n trained on every set.

    Parameters
    ----------
    sets
        The training sets, one for each run; the same one several times to vary the start alone.
    n
        Powers.
    seeds
        The start of each run, as many as sets.
    record_every
        Epochs between two looks at what is recognised.
    executor
        Where networks are trained: any `concurrent.futures.Executor`; None trains them here.
    **train_options
        The other options of `hopcore.train`.

    Returns
    -------
    (n, run, category) epochs as `appearance` gives them; NaN for a digit that is not recognised at the end.

    Raises
    ------
    ValueError, TypeError
        For unequal numbers of sets and seeds, and as `hopcore.train`.
    """
    sets, seeds, powers = list(sets), list(seeds), np.atleast_1d(n).tolist()
    if len(sets) != len(seeds):
        raise refuse("seeds", seeds, f"one for each of the {len(sets)} sets")
    tasks = list(product(powers, zip(sets, seeds, strict=True)))
    options = [
        {"data": data, "n": power, "seed": seed, "record_every": record_every, **train_options}
        for power, (data, seed) in tasks
    ]
    found = list((map if executor is None else executor.map)(_appeared, options))
    return xr.DataArray(
        np.reshape(found, (len(powers), len(sets), -1)),
        {"n": powers, "run": np.arange(len(sets)), "category": np.arange(sets[0].targets.shape[1])},
        ("n", "run", "category"),
        "appearance",
    )


def _appeared(options: dict[str, Any]) -> np.ndarray:
    with threads(1):
        return appearance(recognised(train(**options), options["data"])).values


def class_means(data: TrainingSet) -> TrainingSet:
    """The mean image of every digit of a set, as a set of one image per digit."""
    digits = np.unique(data.digits)
    return TrainingSet([data.images[data.digits == digit].mean(axis=0) for digit in digits], digits)

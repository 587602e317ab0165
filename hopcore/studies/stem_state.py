"""Temperature as a morphogen: memories held in a progenitor state, let go, and driven back.

The paper's discussion proposes that T_r could hold memories as progenitors, as morphogens hold stem cells,
and does not try it. Here the temperature follows a schedule (`hopcore.train`): high for a time and then low,
or up and down in steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from hopcore._checks import check_finite_array, check_integer, check_positive, refuse
from hopcore._threads import threads
from hopcore.data import CATEGORIES, training_set
from hopcore.splits import appearance, category_paths, recognised
from hopcore.studies.arrest import belongs, distance_to_path
from hopcore.training import NoisePulses, train

RELEASE_NOISE = 1e-5
"""Noise added when memories are let go, as small as that of the usual start: without any, memories that were
held for long differ by the rounding of the numbers alone, and when they part would depend on that."""


def hold_schedule(held: int, free: int, hot: float, cold: float) -> np.ndarray:
    """Temperatures of ``held`` epochs at ``hot``, then ``free`` epochs at ``cold``."""
    held, free = check_integer("held", held, minimum=0), check_integer("free", free, minimum=1)
    return np.repeat([check_positive("hot", hot), check_positive("cold", cold)], [held, free])


def stairs(temperatures: Sequence[float], epochs: int) -> np.ndarray:
    """Temperatures that stay at each of a list for so many epochs."""
    steps = check_finite_array("temperatures", temperatures, ndim=1)
    if not len(steps) or (steps <= 0).any():
        raise refuse("temperatures", steps, "one or more numbers above 0")
    return np.repeat(steps, check_integer("epochs", epochs, minimum=1))


@dataclass(frozen=True, eq=False)
class Release:
    """What became of memories that were held and then let go.

    Attributes
    ----------
    held, seed : epochs of holding; seed of training set and start.
    mean, spread : (C,) mean shares of the memories at the end of the holding, and the largest difference of a
        memory from it.
    before : (C,) memories that belong to each digit then.
    appeared : (C,) epochs after the release at which each digit is recognised for good; NaN for never.
    population : (C,) memories that belong to each digit at the end.
    accuracy : part of the training images that are recognised at the end.
    image : (N,) the mean memory at the end of the holding.
    """

    held: int
    seed: int
    mean: np.ndarray
    spread: float
    before: np.ndarray
    appeared: np.ndarray
    population: np.ndarray
    accuracy: float
    image: np.ndarray


def release(
    held: int, free: int, hot: float, cold: float, seed: int, start: int | None = None, **train_options: Any
) -> Release:
    """Hold memories at a high temperature, then let them go; for a pool of processes.

    Parameters
    ----------
    held, free : epochs at the high and at the low temperature.
    hot, cold : rescaled temperatures.
    seed : of the training set (20 images of each digit), and of the start unless that has its own.
    start : the seed of the start.
    **train_options : of `hopcore.train`, with ``record_every``.
    """
    data = training_set(seed=seed)
    noise = NoisePulses((held,), RELEASE_NOISE) if held else None
    with threads(1):
        run = train(
            data,
            rescaled_temperature=hold_schedule(held, free, hot, cold),
            epochs=held + free,
            seed=seed if start is None else start,
            noise=noise,
            **train_options,
        )
        counts = recognised(run, data)
        paths = category_paths(run.sel(epoch=[held]), data).values[0]
    at_release, last = run.sel(epoch=held), run.isel(epoch=-1)
    free_counts = counts.sel(epoch=slice(held, None))
    return Release(
        held,
        seed,
        paths.mean(axis=0),
        float(np.linalg.norm(paths - paths.mean(axis=0), axis=1).max()),
        _population(at_release.labels),
        appearance(free_counts).values - held,
        _population(last.labels),
        float(counts.isel(epoch=-1).sum()) / len(data),
        at_release.memories.values.mean(axis=0),
    )


def _population(labels: xr.DataArray) -> np.ndarray:
    digits = belongs(labels).values
    return np.bincount(digits[digits >= 0], minlength=CATEGORIES)


def climb(
    temperatures: Sequence[float], grown: int, epochs: int, seed: int, **train_options: Any
) -> xr.Dataset:
    """Learn at the first temperature, then go through all of them in steps; for a pool of processes.

    Parameters
    ----------
    temperatures : of the steps, up and down for example; learning begins at the first.
    grown : epochs of learning at the first temperature before the steps.
    epochs : of each step.
    seed : of the training set (20 images of each digit) and of the start.
    **train_options : of `hopcore.train`.

    Returns
    -------
    xarray.Dataset
        At the end of each step: ``shares`` (step, memory, category), ``population`` (step, category),
        ``images`` (step, memory, pixel), the memories, ``known`` (step), the part of the training images that
        are recognised, and ``off_path`` (step, memory), the distance from the valleys of the learning before
        the steps (`hopcore.studies.arrest.distance_to_path`); the coordinate ``temperature`` (step). At step
        0 is the state before the steps.
    """
    data = training_set(seed=seed)
    steps = stairs(temperatures, epochs)
    grown = check_integer("grown", grown, minimum=1)
    with threads(1):
        run = train(
            data,
            rescaled_temperature=np.concatenate([np.full(grown, temperatures[0]), steps]),
            epochs=grown + len(steps),
            record_every=int(np.gcd(grown, epochs)),
            seed=seed,
            **train_options,
        )
        ends = run.sel(epoch=[grown, *range(grown + epochs, grown + len(steps) + 1, epochs)])
        known = recognised(ends, data).sum("category") / len(data)
        shares = category_paths(ends, data)
        images = ends.memories.values
        off_path = distance_to_path(images.reshape(-1, images.shape[-1]), run.sel(epoch=slice(0, grown)))
    return xr.Dataset(
        {
            "shares": (("step", "memory", "category"), shares.values),
            "population": (
                ("step", "category"),
                np.stack([_population(ends.labels.isel(epoch=each)) for each in range(ends.sizes["epoch"])]),
            ),
            "images": (("step", "memory", "pixel"), images),
            "off_path": (("step", "memory"), off_path.reshape(images.shape[:2])),
            "known": ("step", known.values),
        },
        {"temperature": ("step", [temperatures[0], *temperatures]), "seed": seed},
    )


def total_variation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Half the summed difference of two populations (…, C), each as parts of its sum: 0 alike, 1 disjoint."""
    first, second = (np.asarray(each, dtype=float) for each in (first, second))
    parts = [each / np.maximum(each.sum(axis=-1, keepdims=True), 1) for each in (first, second)]
    return np.abs(parts[0] - parts[1]).sum(axis=-1) / 2


def crossing(temperatures: np.ndarray, values: np.ndarray, level: float) -> float:
    """The temperature at which values that fall with it pass a level, between two points on a line.

    Parameters
    ----------
    temperatures : (P,) rising.
    values : (P,) at each; the last point above the level counts.
    level : to pass.

    Returns
    -------
    NaN if the values stay on one side.
    """
    temperatures, values = np.asarray(temperatures, dtype=float), np.asarray(values, dtype=float)
    above = np.flatnonzero(values > level)
    if not len(above) or above[-1] == len(values) - 1:
        return float("nan")
    here = above[-1]
    part = (values[here] - level) / (values[here] - values[here + 1])
    return float(temperatures[here] + part * (temperatures[here + 1] - temperatures[here]))


def leaders(climbed: xr.Dataset) -> list[int]:
    """One memory of each digit: the one with the largest share of it before the steps."""
    return climbed.shares.isel(step=0).values.argmax(axis=0).tolist()


def melting_ranks(climbed: xr.Dataset, rising: int) -> np.ndarray:
    """Ranks (C,) of the digits in the order in which they melt, from 1.

    A digit melts at the first of the ``rising`` steps at which its memories, those in which it had the
    largest share, hold less than half of the share of it that they had; a digit that never does comes last.
    """
    shares = climbed.shares.values[: rising + 1]
    own = shares[0].argmax(axis=1)
    melted = np.full(shares.shape[-1], np.inf)
    for digit in np.unique(own):
        course = shares[:, own == digit, digit].mean(axis=1)
        below = course < course[0] / 2
        if below.any():
            melted[digit] = below.argmax()
    return rankdata(melted)

"""Learning that is too hot to split: which digits vanish, in which order, and where memories stay (Fig. 8).

At a high temperature memories stop on their way at a progenitor. Such memories are *arrested*: no label of
theirs says which digit they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from hopcore._checks import check_integer, check_positive, refuse
from hopcore.paper import FIGURE_8_LABEL
from hopcore.splits import Split, SplitTree, distances_to_paths, distances_to_places


def belongs(labels: xr.DataArray, above: float = FIGURE_8_LABEL) -> xr.DataArray:
    """The digit of each memory: the one whose label is above a limit; −1 for none, or several.

    Parameters
    ----------
    labels : (…, memory, category).
    above : the limit, 0.98 in the paper's Figure 8 (code).
    """
    votes = labels > check_positive("above", above)
    return xr.where(votes.sum("category") == 1, votes.argmax("category"), -1)


def populations(digits: xr.DataArray, categories: int = 10) -> xr.DataArray:
    """How many memories belong to each digit, (…, category), from digits (…, memory)."""
    found = [(digits == digit).sum("memory") for digit in range(categories)]
    return xr.concat(found, xr.IndexVariable("category", np.arange(categories))).transpose(..., "category")


def vanishing_temperatures(population: xr.DataArray, at_least: int = 1) -> xr.DataArray:
    """The temperature at which each digit vanishes: half way between its last grid point and the next.

    Parameters
    ----------
    population
        (…, category) over a rising ``rescaled_temperature``.
    at_least
        A digit is there while it has so many memories.

    Returns
    -------
    (…, category) without the temperature. −inf for a digit that is nowhere, inf for one that is still there
    at the highest temperature.
    """
    at_least = check_integer("at_least", at_least, minimum=1)
    present = (population >= at_least).transpose(..., "rescaled_temperature")
    hot = population.rescaled_temperature.values
    if (np.diff(hot) <= 0).any():
        raise refuse("population", population, "over rising temperatures")
    # Index of the last temperature at which it is there; −1 for nowhere.
    last = len(hot) - 1 - present.values[..., ::-1].argmax(axis=-1)
    last = np.where(present.values.any(axis=-1), last, -1)
    borders = np.concatenate([[-np.inf], (hot[1:] + hot[:-1]) / 2, [np.inf]])
    return present.isel(rescaled_temperature=0, drop=True).copy(data=borders[last + 1])


def ranks(values: ArrayLike) -> np.ndarray:
    """Ranks (…, digits) from 1 for the lowest; equal values share their mean rank, −inf and inf included."""
    values = np.asarray(values, dtype=float)
    if np.isnan(values).any():
        raise refuse("values", values, "numbers that can be ordered, no NaN")
    return rankdata(values, axis=-1)


def group_ranks(groups: Sequence[Sequence[int]], digits: int = 10) -> np.ndarray:
    """Ranks of digits that come group by group; the digits of a group share their mean rank."""
    place = np.full(digits, len(groups))
    for rank, group in enumerate(groups):
        place[list(group)] = rank
    return rankdata(place)


def leaving_epochs(tree: SplitTree, digits: int = 10) -> np.ndarray:
    """When each digit leaves the others for good: the epoch of the last split on its way.

    Parameters
    ----------
    tree : of a run that splits.
    digits : their number.

    Returns
    -------
    (digits,) epochs; NaN for a digit that no memory ends as, and if there is no split.
    """
    epochs = np.full(digits, np.nan)
    for fate in tree.fates:
        path = tree.path(fate.digit)
        if len(path) > 1:
            epochs[fate.digit] = max(split.epoch for split in path if isinstance(split, Split))
    return epochs


def landmarks(tree: SplitTree, run: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean memories at the splits of a tree, (P, N), and at its ends, (F, N).

    Parameters
    ----------
    tree : the splits of the run.
    run : from `hopcore.train` with ``record_every``.
    """
    at_splits = [
        run.memories.sel(epoch=split.epoch, method="nearest").values[list(split.members)].mean(axis=0)
        for split in tree.splits
    ]
    last = run.memories.isel(epoch=-1).values
    at_ends = [last[list(fate.members)].mean(axis=0) for fate in tree.fates]
    return np.array(at_splits), np.array(at_ends)


# Under the names by which this chapter and that on the stem state know them.
distances_to, distance_to_path = distances_to_places, distances_to_paths

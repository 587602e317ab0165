"""Where learning starts: the saddles that it meets from there, and what it ends as (paper, Fig. 7).

All memories begin as one faint digit, 0.8 times the mean of its images, with a label that votes for it. Until
they part they move as one, and K equal memories move as one memory does at T/K^(1/n) (paper, section on two
memories). The saddle that the group meets can therefore be found in two ways: by learning with one memory at
that temperature, which cannot split and so comes to rest there; and in the full run, as the slowest place
that the group passes before it splits.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array, check_increasing, check_integer, check_positive, refuse
from hopcore._threads import threads
from hopcore.data import TrainingSet
from hopcore.paper import FIGURE_7_LABEL
from hopcore.splits import category_paths
from hopcore.sweeps.stacks import in_stacks, stack_size
from hopcore.training import Options, Run, train, train_stack

START_SCALE = 0.8
"""A start is this times the mean image of its digit (the authors' code)."""

LABEL_MEAN, LABEL_STD, OTHER_LABELS, OWN_LABEL = -0.03, 0.01, -0.6, 1.2
"""Labels start from N(LABEL_MEAN, LABEL_STD) + OTHER_LABELS, and OWN_LABEL more on the digit (code)."""

TOGETHER = 0.1
"""A group is together while no memory is farther than this from its mean, in the ten shares: two memories
then differ by 0.2 at most, as for the splits of `hopcore.studies.three_categories`."""

_RECORDS = 10


def start_near(
    data: TrainingSet, digit: int, memories: int = 100, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Memories (K, N) and labels (K, C) of a start near a digit.

    Parameters
    ----------
    data : the training set.
    digit : one of its digits.
    memories : K.
    seed : of the labels; the memories are all the same.

    Raises
    ------
    ValueError, TypeError
        For a digit that the set does not hold, and for a wrong number of memories.
    """
    count = check_integer("memories", memories, minimum=1)
    if digit not in data.digits:
        raise refuse("digit", digit, f"one of the set's, {', '.join(map(str, np.unique(data.digits)))}")
    mean = START_SCALE * data.images[data.digits == digit].mean(axis=0)
    generator = np.random.default_rng(seed)
    labels = generator.normal(LABEL_MEAN, LABEL_STD, (count, data.targets.shape[1])) + OTHER_LABELS
    labels[:, digit] += OWN_LABEL
    return np.tile(mean, (count, 1)), labels


def single_saddles(
    data: TrainingSet,
    digits: Sequence[int],
    *,
    n: Sequence[float],
    rescaled_temperature: Sequence[float],
    copies: int = 100,
    **train_options: Any,
) -> xr.Dataset:
    """Where one memory comes to rest, in the place of ``copies`` equal ones.

    Parameters
    ----------
    data : the training set.
    digits : the digits to start near.
    n, rescaled_temperature : the powers, and the temperatures of the network; the one memory has T/K^(1/n).
    copies : K, the memories that it stands for.
    **train_options : ``rate``, ``epochs``, ``dtype`` of `hopcore.train`.

    Returns
    -------
    xarray.Dataset
        ``shares`` (start, rescaled_temperature, n, category) and ``images`` (…, pixel) after the last epoch;
        ``moved`` (…), the largest change of a share in the last tenth of the epochs.
    """
    powers, temperatures = _grid(n, rescaled_temperature)
    copies = check_integer("copies", copies, minimum=1)
    runs = [Run(power, hot / copies ** (1 / power)) for hot, power in product(temperatures, powers)]
    shape = len(digits), len(temperatures), len(powers)
    ends, images, moved = [], [], []
    for digit in digits:
        options = Options.checked(data, start=start_near(data, digit, memories=1), **train_options)
        every = max(options.epochs // _RECORDS, 1)
        options = Options.checked(data, **{**vars(options), "record_every": every})
        with threads(1):
            stacks = in_stacks(runs, stack_size(data, options))
            found = [result for stack in stacks for result in train_stack(data, options, stack)]
        for result in found:
            paths = category_paths(result, data).values[:, 0]
            ends.append(paths[-1])
            moved.append(np.abs(paths[-1] - paths[-2]).max())
            images.append(result.memories.values[-1, 0])
    dims = ("start", "rescaled_temperature", "n")
    return xr.Dataset(
        {
            "shares": ((*dims, "category"), np.reshape(ends, (*shape, -1))),
            "images": ((*dims, "pixel"), np.reshape(images, (*shape, -1))),
            "moved": (dims, np.reshape(moved, shape)),
        },
        {"start": list(digits), "rescaled_temperature": temperatures, "n": powers},
    )


@dataclass(frozen=True, eq=False)
class Visit:
    """What a run met on its way, and where it ended.

    Attributes
    ----------
    shares : (C,) of the group at its slowest, before it splits.
    image : (N,) the mean memory there.
    epoch, parted : of the slowest place, and the last recorded epoch at which the group was together.
    population : (C,) memories whose label for the digit is 0.9 or more at the end.
    """

    shares: np.ndarray
    image: np.ndarray
    epoch: int
    parted: int
    population: np.ndarray


def visit(run: xr.Dataset, data: TrainingSet | None = None, supported: float = FIGURE_7_LABEL) -> Visit:
    """The saddle that a recorded run passes, and its final population.

    The group is slow where its mean moves least, in the ten shares, from one recorded epoch to the next.
    Before the first record in which the group presses against the pixels' limit it only grows, and is left
    out; so is all that follows the split.

    Parameters
    ----------
    run : from `hopcore.train` with ``record_every``.
    data : its training set, if the run does not carry it.
    supported : the label from which a memory belongs to a digit.
    """
    supported = check_positive("supported", supported)
    paths = category_paths(run, data).values
    mean = paths.mean(axis=1)
    apart = np.linalg.norm(paths - mean[:, None], axis=-1).max(axis=1)
    together = int(np.argmax(apart > TOGETHER)) - 1 if (apart > TOGETHER).any() else len(mean) - 1
    together = max(together, 1)
    speed = np.linalg.norm(np.diff(mean[: together + 1], axis=0), axis=-1)
    grown = int(np.argmax(mean[: together + 1].sum(axis=-1) > 0.95 * mean[together].sum()))
    first = min(grown, together - 1)
    slowest = first + int(speed[first:].argmin())
    state = run.isel(epoch=slowest)
    return Visit(
        mean[slowest],
        state.memories.values.mean(axis=0),
        int(run.epoch[slowest]),
        int(run.epoch[together]),
        (run.labels.values[-1] >= supported).sum(axis=0),
    )


def visits(
    data: TrainingSet,
    digits: Sequence[int],
    *,
    n: Sequence[float],
    rescaled_temperature: Sequence[float],
    repeats: int,
    seed: int = 0,
    memories: int = 100,
    executor: Executor | None = None,
    **train_options: Any,
) -> xr.Dataset:
    """Full networks from starts near digits: the saddle that each passes, and its final population.

    Parameters
    ----------
    data : the training set.
    digits : the digits to start near.
    n, rescaled_temperature : powers and temperatures.
    repeats : runs of each; they differ in the labels' noise, which is all that is random.
    seed : of the first repeat; the next has seed + 1.
    memories : K.
    executor : where networks are trained; None trains them here.
    **train_options : ``rate``, ``epochs``, ``record_every``, ``dtype`` of `hopcore.train`.

    Returns
    -------
    xarray.Dataset
        Over start, rescaled_temperature, n and repeat: ``shares`` (…, category), ``images`` (…, pixel),
        ``epoch`` and ``parted`` of the saddle, and ``population`` (…, category), as `Visit` describes them.
    """
    powers, temperatures = _grid(n, rescaled_temperature)
    repeats = check_integer("repeats", repeats, minimum=1)
    tasks = [
        (data, digit, memories, seed + repeat, {"n": power, "rescaled_temperature": hot, **train_options})
        for digit, hot, power, repeat in product(digits, temperatures, powers, range(repeats))
    ]
    found = list((map if executor is None else executor.map)(_visited, tasks))
    dims = ("start", "rescaled_temperature", "n", "repeat")
    shape = len(digits), len(temperatures), len(powers), repeats
    ends = {"shares": "category", "image": "pixel", "population": "category"}
    variables = {
        name: (
            (*dims, ends[name]) if name in ends else dims,
            np.reshape([getattr(each, name) for each in found], (*shape, -1) if name in ends else shape),
        )
        for name in ("shares", "image", "epoch", "parted", "population")
    }
    coordinates = {"start": list(digits), "rescaled_temperature": temperatures, "n": powers}
    return xr.Dataset(variables, {**coordinates, "repeat": np.arange(repeats)}).rename(image="images")


def _visited(task: tuple[TrainingSet, int, int, int, dict[str, Any]]) -> Visit:
    data, digit, memories, seed, options = task
    with threads(1):
        return visit(train(data, start=start_near(data, digit, memories, seed), **options), data)


def _grid(n: Sequence[float], rescaled_temperature: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    return check_increasing("n", n), check_increasing("rescaled_temperature", rescaled_temperature)


def share_of(population: xr.DataArray, digit: int, other: int) -> xr.DataArray:
    """The part of the memories of two digits that are of the first; NaN where there are none of either."""
    first, second = (population.sel(category=each) for each in (digit, other))
    return first / (first + second).where(first + second > 0)


def single_window(n: ArrayLike, gap: ArrayLike, limit: float) -> tuple[float, float] | None:
    """The longest stretch of n over which two starts meet one saddle.

    Parameters
    ----------
    n : (P,) rising.
    gap : (P,) how far the two saddles are apart.
    limit : they are one up to this distance.

    Returns
    -------
    The first and last n of the stretch, or None if there is no such n.
    """
    n = check_increasing("n", n)
    gap = check_finite_array("gap", gap, (len(n),))
    one = np.concatenate([[False], gap <= check_positive("limit", limit), [False]])
    edges = np.flatnonzero(np.diff(one.astype(int))).reshape(-1, 2)  # stretches: [first, past the last)
    if not len(edges):
        return None
    first, past = edges[np.diff(edges, axis=1).argmax()]
    return float(n[first]), float(n[past - 1])


def correlation_interval(
    x: ArrayLike, y: ArrayLike, groups: ArrayLike, *, level: float = 0.95, draws: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """Pearson's correlation with a bootstrap confidence interval that draws whole groups.

    Points of one group depend on each other (runs at one n, say), so that groups are drawn with replacement,
    not points. Points with a NaN are left out.

    Parameters
    ----------
    x, y, groups
        (P,) each.
    level, draws, seed
        Of the interval (percentiles), and of the drawing.

    Returns
    -------
    The correlation, and the ends of its interval.
    """
    x, y, groups = (np.asarray(each, dtype=float).ravel() for each in (x, y, groups))
    if not len(x) == len(y) == len(groups):
        raise refuse("y", y, f"as long as x and groups ({len(x)})")
    known = np.isfinite(x) & np.isfinite(y)
    x, y, groups = x[known], y[known], groups[known]
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    if len(members) < 3:
        raise refuse("groups", groups, "three groups or more with known values")
    generator = np.random.default_rng(seed)
    drawn = []
    for choice in generator.integers(len(members), size=(draws, len(members))):
        chosen = np.concatenate([members[each] for each in choice])
        if np.ptp(x[chosen]) > 0 and np.ptp(y[chosen]) > 0:
            drawn.append(np.corrcoef(x[chosen], y[chosen])[0, 1])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(np.corrcoef(x, y)[0, 1]), float(low), float(high)

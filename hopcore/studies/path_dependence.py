"""Where learning starts: the saddles that it meets from there, and what it ends as (paper, Fig. 7).

All memories begin as one faint digit, 0.8 times the mean of its images, with a label that votes for it. K
equal memories move as one does at T/K^(1/n). The saddle that they meet can therefore be found in two ways: by
learning with one memory at that temperature, which cannot split and so comes to rest there; and in the full
run, as the slowest place that the group passes before it splits.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore import reduced
from hopcore._checks import check_finite_array, check_increasing, check_integer, check_positive, refuse
from hopcore._threads import threads
from hopcore.data import TrainingSet
from hopcore.paper import FIGURE_7_LABEL, FIGURE_7_LABEL_NOISE, FIGURE_7_LABEL_START, FIGURE_7_START_SCALE
from hopcore.splits import category_paths
from hopcore.studies.grid import Workers, over_grid
from hopcore.sweeps.stacks import in_stacks, stack_size
from hopcore.training import Options, Run, train, train_stack

TOGETHER = 0.1
"""A group is together while no memory is farther than this from its mean, in the ten shares: two memories
then differ by 0.2 at most, as for the splits of `hopcore.studies.three_categories`."""

APART = 0.1
"""Two saddles are one, and a run comes to a saddle, up to this distance in the shares."""

_RECORDS = 10


def start_near(
    data: TrainingSet, digit: int, memories: int = 100, seed: int = 0, noise: float = FIGURE_7_LABEL_NOISE[1]
) -> tuple[np.ndarray, np.ndarray]:
    """Memories (K, N), all the same, and labels (K, C) with ``noise`` of a start near a digit of the set.

    ValueError or TypeError for a digit that the set does not hold, and for a wrong number of memories.
    """
    count = check_integer("memories", memories, minimum=1)
    if digit not in data.digits:
        raise refuse("digit", digit, f"one of the set's, {', '.join(map(str, np.unique(data.digits)))}")
    mean = FIGURE_7_START_SCALE * data.images[data.digits == digit].mean(axis=0)
    generator = np.random.default_rng(seed)
    every, own = FIGURE_7_LABEL_START
    labels = generator.normal(FIGURE_7_LABEL_NOISE[0], noise, (count, data.targets.shape[1])) + every
    labels[:, digit] += own
    return np.tile(mean, (count, 1)), labels


def single_saddles(
    data: TrainingSet,
    digits: Sequence[int],
    *,
    n: Sequence[float],
    rescaled_temperature: Sequence[float],
    copies: int = 100,
    executor: Workers = None,
    **train_options: Any,
) -> xr.Dataset:
    """Where one memory that starts near each digit comes to rest, in the place of K = ``copies`` equal ones.

    The temperatures are those of the network: the one memory has T/K^(1/n). Options are ``rate``, ``epochs``
    and ``dtype`` of `hopcore.train`.

    Returns ``shares`` (start, rescaled_temperature, n, category) and ``images`` (…, pixel) after the last
    epoch; ``moved`` (…), the largest change of a share in the last tenth of the epochs.
    """
    powers = check_increasing("n", n)
    temperatures = check_increasing("rescaled_temperature", rescaled_temperature)
    copies = check_integer("copies", copies, minimum=1)
    rest = partial(_at_rest, data, powers, temperatures, copies, train_options)
    return over_grid(rest, executor, start=list(digits))


def _at_rest(
    data: TrainingSet, n: np.ndarray, temperature: np.ndarray, copies: int, how: dict[str, Any], digit: int
) -> xr.Dataset:
    """`single_saddles` of starts near one digit."""
    options = Options.checked(data, start=start_near(data, digit, memories=1), **how)
    options = replace(options, record_every=max(options.epochs // _RECORDS, 1))
    runs = [Run(power, hot / copies ** (1 / power)) for hot, power in product(temperature, n)]
    with threads(1):
        stacks = in_stacks(runs, stack_size(data, options))
        found = [result for stack in stacks for result in train_stack(data, options, stack)]
    before, last = np.array([category_paths(run, data).values[-2:, 0] for run in found]).swapaxes(0, 1)
    moved, images = np.abs(last - before).max(axis=1), [run.memories.values[-1, 0] for run in found]
    dims, shape = ("rescaled_temperature", "n"), (len(temperature), len(n))
    return xr.Dataset(
        {
            "shares": ((*dims, "category"), np.reshape(last, (*shape, -1))),
            "images": ((*dims, "pixel"), np.reshape(images, (*shape, -1))),
            "moved": (dims, np.reshape(moved, shape)),
        },
        {"rescaled_temperature": temperature, "n": n},
    )


def visit(run: xr.Dataset, data: TrainingSet | None = None) -> xr.Dataset:
    """The saddle that a recorded run passes, and its final population.

    The group is slow where its mean moves least, in the ten shares, from one recorded epoch to the next.
    Before the first record in which the group presses against the pixels' limit it only grows, and is left
    out; so is all that follows the split.

    ``data`` is the run's training set, if the run does not carry it.

    Returns ``shares`` (category,) of the group at its slowest, before it splits, and ``images`` (pixel,), the
    mean memory there; ``epoch`` of the slowest place, and ``parted``, the last recorded epoch at which the
    group was together; ``population`` (category,), memories that belong to each digit at the end.
    """
    paths = category_paths(run, data).values
    mean = paths.mean(axis=1)
    apart = np.linalg.norm(paths - mean[:, None], axis=-1).max(axis=1) > TOGETHER
    together = max(int(apart.argmax()) - 1 if apart.any() else len(mean) - 1, 1)
    speed = np.linalg.norm(np.diff(mean[: together + 1], axis=0), axis=-1)
    grown = int(np.argmax(mean[: together + 1].sum(axis=-1) > 0.95 * mean[together].sum()))
    first = min(grown, together - 1)
    slowest = first + int(speed[first:].argmin())
    return xr.Dataset(
        {
            "shares": ("category", mean[slowest]),
            "images": ("pixel", run.memories.values[slowest].mean(axis=0)),
            "epoch": int(run.epoch[slowest]),
            "parted": int(run.epoch[together]),
            "population": ("category", (run.labels.values[-1] >= FIGURE_7_LABEL).sum(axis=0)),
        }
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
    noise: float = FIGURE_7_LABEL_NOISE[1],
    executor: Workers = None,
    **train_options: Any,
) -> xr.Dataset:
    """Full networks from starts near digits: the saddle that each passes, and its final population.

    The ``repeats`` runs of each differ in the labels' noise, which is all that is random: the first has the
    ``seed`` and the standard deviation ``noise`` of `start_near`, the next has seed + 1. Options are
    ``rate``, ``epochs``, ``record_every`` and ``dtype`` of `hopcore.train`.

    Returns, over start, rescaled_temperature, n and repeat: ``shares`` (…, category), ``images`` (…, pixel),
    ``epoch`` and ``parted`` of the saddle, and ``population`` (…, category), as from `visit`; ``final``, the
    part of the two first digits' memories that are of the first (`share_of`).
    """
    axes = {
        "start": list(digits),
        "rescaled_temperature": check_increasing("rescaled_temperature", rescaled_temperature),
        "n": check_increasing("n", n),
        "repeat": np.arange(check_integer("repeats", repeats, minimum=1)),
    }
    found = over_grid(partial(_visited, data, (memories, seed, noise), train_options), executor, **axes)
    return found.assign(final=share_of(found.population, *digits[:2]))


def _visited(
    data: TrainingSet, start: tuple[int, int, float], how: dict[str, Any], *point: Any
) -> xr.Dataset:
    """`visit` of one run."""
    (memories, seed, noise), (digit, hot, n, repeat) = start, point
    near = start_near(data, digit, memories, seed + int(repeat), noise)
    with threads(1):
        return visit(train(data, start=near, n=n, rescaled_temperature=hot, **how), data)


def share_of(population: xr.DataArray, digit: int, other: int) -> xr.DataArray:
    """The part of the memories of two digits that are of the first; NaN where there are none of either."""
    first, second = (population.sel(category=each) for each in (digit, other))
    return first / (first + second).where(first + second > 0)


def regimes(saddles: xr.Dataset) -> xr.Dataset:
    """Where over n two starts meet one saddle, for every temperature, from `single_saddles` of two digits.

    Two saddles are one up to the difference `APART` in the share of the first digit. Returns, over
    rescaled_temperature: ``first`` and ``last`` n of the longest stretch of one saddle, NaN if there is none;
    ``two_one_two``, whether there is one, and two saddles at the lowest and at the highest n.
    """
    shares = saddles.shares.sel(category=saddles.start[0].item(), drop=True)
    gap = np.abs(shares[0] - shares[1]).transpose("rescaled_temperature", "n")
    windows = np.array([single_window(gap.n, row, APART) or (np.nan, np.nan) for row in gap.values])
    first, last = (xr.DataArray(ends, dims="rescaled_temperature") for ends in windows.T)
    apart = (gap[:, [0, -1]] > APART).all("n")
    found = {"first": first, "last": last, "two_one_two": apart & first.notnull()}
    return xr.Dataset(found, {"rescaled_temperature": gap.rescaled_temperature})


def dependence(final: xr.DataArray, windows: xr.Dataset) -> xr.Dataset:
    """How far the final shares of two starts are apart, with `regimes` that have the windows of one saddle.

    Returns means, over rescaled_temperature and repeat: ``everywhere``, over all n; ``inside``, ``outside``
    and ``below`` the window; over the ``lower`` and the ``upper`` half of the n. Over rescaled_temperature:
    ``repeats``, how far repeats of one start are apart.
    """
    gap = abs(final.diff("start")).squeeze("start", drop=True)
    inside, half = (gap.n >= windows["first"]) & (gap.n <= windows["last"]), len(gap.n) // 2
    below, place = gap.n < windows["first"], xr.DataArray(np.arange(len(gap.n)), dims="n")
    parts = {"everywhere": gap.n > 0, "inside": inside, "outside": ~inside, "below": below}
    parts |= {"lower": place < half, "upper": place >= len(gap.n) - half}
    found = xr.Dataset({name: gap.where(part).mean("n") for name, part in parts.items()})
    return found.assign(repeats=(final.max("repeat") - final.min("repeat")).mean(["start", "n"]))


def single_window(n: ArrayLike, gap: ArrayLike, limit: float) -> tuple[float, float] | None:
    """First and last n (P,), rising, of the longest stretch over which two saddles are one.

    They are while their ``gap`` (P,) is not above the limit; None if they never are.
    """
    n = check_increasing("n", n)
    gap = check_finite_array("gap", gap, (len(n),))
    one = np.concatenate([[False], gap <= check_positive("limit", limit), [False]])
    edges = np.flatnonzero(np.diff(one.astype(int))).reshape(-1, 2)  # stretches: [first, past the last)
    if not len(edges):
        return None
    first, past = edges[np.diff(edges, axis=1).argmax()]
    return float(n[first]), float(n[past - 1])


class Reduced(NamedTuple):
    """The reduced system of two digits' mean images at one temperature, for n from 2 to 60.

    Curves of n and α, NaN where they are not ``stable``; how many ``folds`` there are; those that close the
    ``low`` branch and open the ``high`` one: the end of the range where there is none, NaN for neither.
    """

    stable: list[tuple[np.ndarray, np.ndarray]]
    folds: int
    low: float
    high: float


def reduced_system(
    data: TrainingSet, digits: Sequence[int], temperature: float, copies: int = 100
) -> Reduced:
    """Two mean images in the place of all (paper, section on two memories), at T in the paper's units."""
    one, other = (data.images[data.digits == digit].mean(axis=0) for digit in digits)
    overlaps = one @ one, one @ other, other @ other
    settings = {"temperature": temperature, "copies": copies}
    diagram = reduced.bifurcation_diagram(*overlaps, n=np.arange(2, 60), **settings)
    stable = [(each.n.values, np.where(each.stable, each.alpha, np.nan)) for each in reduced.curves(diagram)]
    folds = reduced.folds(*overlaps, n_range=(2, 60), **settings)
    n, opens = folds.n.values, folds.opens.values
    low = max(n[~opens], default=2.0)
    high = min(n[opens & (n > low)], default=60.0)
    return Reduced(stable, len(n), *((low, high) if len(n) else (np.nan, np.nan)))


def following(saddles: xr.Dataset, full: xr.Dataset, seed: int = 0) -> xr.Dataset:
    """How the final shares of `visits` follow the shares of the first start's digit at saddles.

    The saddles, of `single_saddles` or of the visits, are at least at their n and temperatures; runs of one n
    and T_r are drawn together. Returns the ``correlation``, and ``low`` and ``high`` of its interval.
    """
    final = full.final
    at = {name: final[name].values for name in ("n", "rescaled_temperature")}
    shares = saddles.shares.sel(category=saddles.start.values[0], **at)
    points = xr.zeros_like(final.isel(start=0, repeat=0), dtype=int)
    points.values[:] = np.arange(points.size).reshape(points.shape)
    saddle, groups = (each.broadcast_like(final).transpose(*final.dims) for each in (shares, points))
    found = correlation_interval(saddle, final, groups, seed=seed)
    return xr.Dataset(dict(zip(("correlation", "low", "high"), found, strict=True)))


def correlation_interval(
    x: ArrayLike, y: ArrayLike, groups: ArrayLike, *, level: float = 0.95, draws: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """Pearson's correlation of x and y (P,), and the ends of its bootstrap confidence interval (percentiles).

    Points of one group depend on each other (runs at one n, say), so that whole ``groups`` (P,) are drawn
    with replacement, not points. Points with a NaN are left out. ValueError for arrays of different lengths,
    and fewer than three groups with known values.
    """
    xs, ys, own = (np.asarray(each, dtype=float).ravel() for each in (x, y, groups))
    if not len(xs) == len(ys) == len(own):
        raise refuse("y", y, f"as long as x and groups ({len(xs)})")
    known = np.isfinite(xs) & np.isfinite(ys)
    xs, ys, own = xs[known], ys[known], own[known]
    members = [np.flatnonzero(own == group) for group in np.unique(own)]
    if len(members) < 3:
        raise refuse("groups", groups, "three groups or more with known values")
    generator = np.random.default_rng(seed)
    drawn = []
    for choice in generator.integers(len(members), size=(draws, len(members))):
        chosen = np.concatenate([members[each] for each in choice])
        if np.ptp(xs[chosen]) > 0 and np.ptp(ys[chosen]) > 0:
            drawn.append(np.corrcoef(xs[chosen], ys[chosen])[0, 1])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(np.corrcoef(xs, ys)[0, 1]), float(low), float(high)

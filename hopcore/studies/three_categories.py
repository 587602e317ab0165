"""Few categories: where in the shares of the digits memories part, and how far trails spread (Fig. 4).

A memory's *share* of a digit is its category coefficient ᾱ_d (paper, eq. 2); the shares of a grown memory sum
up to about 1. The *leader* has the largest share on the path that all memories begin with; others follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist
from scipy.stats import zscore

from hopcore._checks import check_finite_array, refuse
from hopcore._threads import threads
from hopcore.data import CATEGORIES, training_set
from hopcore.embedding import Embedding
from hopcore.mnist import Digits
from hopcore.paper import PIXELS
from hopcore.paper.scales import Learning
from hopcore.splits import NO_FATE, Split, category_paths, leading_digits, separation_epochs, split_tree
from hopcore.splits import fates as final_fates
from hopcore.studies.grid import Source, Workers, over_grid
from hopcore.training import train

TOGETHER = 0.2
"""Two memories are together within this distance in the shares; pure digits are about 1.4 apart."""

HALF_WAY = 0.7
"""At this distance two memories are half way to two pure digits."""

_NEIGHBOURS = 20


@dataclass(frozen=True, eq=False)
class Fork:
    """Where and when the memories of two groups part: means over the pairs of one memory from each.

    The medians of the last epochs at which a pair is together, ``epoch``, and within `HALF_WAY`,
    ``half_way``; mean ``shares`` (C,) of a pair when it is together for the last time, and its mean memory
    then, the ``image`` (N,) of the saddle.
    """

    epoch: float
    half_way: float
    shares: np.ndarray
    image: np.ndarray


def fork(run: xr.Dataset, fates: ArrayLike, first: Sequence[int], second: Sequence[int]) -> Fork:
    """Where the memories of some fates (K,), the digits ``first``, part from those of others, ``second``.

    The run is from `hopcore.train` with ``record_every``, so long that it carries its images. ValueError if
    no memory has a fate of one of the groups, or fates are not one per memory.
    """
    fates = check_finite_array("fates", fates, (run.sizes["memory"],))
    one, other = np.isin(fates, list(first)), np.isin(fates, list(second))
    for name, digits, members in (("first", first, one), ("second", second, other)):
        if not members.any():
            raise refuse(name, digits, "digits that are the fate of at least one memory")
    paths, epochs, pairs = category_paths(run).values, run.epoch.values, np.ix_(one, other)
    last, half = (separation_epochs(paths, epochs, apart)[pairs] for apart in (TOGETHER, HALF_WAY))

    # How often each memory is in a pair that is together for the last time at each epoch.
    counts = np.zeros((len(epochs), len(fates)))
    recorded = np.searchsorted(epochs, last)
    for side in (np.flatnonzero(one)[:, None], np.flatnonzero(other)):
        np.add.at(counts, (recorded, np.broadcast_to(side, last.shape)), 1 / (2 * last.size))
    image = np.zeros(run.sizes["pixel"])
    for epoch in np.flatnonzero(counts.any(axis=1)):
        image += counts[epoch] @ run.memories.isel(epoch=epoch).values
    shares = np.einsum("em,emc->c", counts, paths)
    return Fork(float(np.median(last)), float(np.median(half)), shares, image)


def line_residual(shares: ArrayLike, leader: int, followers: Sequence[int]) -> float:
    """Root mean square of ᾱ_leader + k ᾱ_f − 1 over trails (..., C) and the k followers f; NaN for no points.

    It is 0 on the line on which the leader's share passes to the followers in equal parts (in the paper
    ᾱ_1 + 2ᾱ_4 = ᾱ_1 + 2ᾱ_7 = 1).
    """
    shares = check_finite_array("shares", shares)
    return _size(shares[..., [leader]] + len(followers) * shares[..., list(followers)] - 1)


def plane_residual(shares: ArrayLike) -> float:
    """Root mean square of Σ_d ᾱ_d − 1 over trails (..., C); NaN for no points."""
    return _size(check_finite_array("shares", shares).sum(axis=-1) - 1)


def _size(missed: np.ndarray) -> float:
    return float(np.sqrt((missed**2).mean())) if missed.size else float("nan")


def spread(places: ArrayLike, fates: ArrayLike) -> float:
    """How far memories of one fate are from each other, relative to how far the fates are apart.

    It is the root mean square distance of the places (K, dimensions) from the mean of their fate (K,),
    divided by that of two fates' means; NaN if there are fewer than two fates.
    """
    places = check_finite_array("places", places, ndim=2)
    fates = check_finite_array("fates", fates, (len(places),))
    digits, own = np.unique(fates, return_inverse=True)
    if len(digits) < 2:
        return float("nan")
    means = np.array([places[own == each].mean(axis=0) for each in range(len(digits))])
    within = ((places - means[own]) ** 2).sum(axis=1).mean()
    apart = means[:, None] - means[None, :]
    between = (apart**2).sum(axis=-1)[np.triu_indices(len(digits), 1)].mean()
    return float(np.sqrt(within / between)) if between > 0 else float("nan")


def half_way_epoch(paths: ArrayLike, fates: ArrayLike) -> int:
    """Index of the first epoch at which the fates' means are half as far apart as at the end.

    ``paths`` are (E, K, dimensions), ``fates`` (K,) two or more different digits.
    """
    paths = check_finite_array("paths", paths, ndim=3)
    fates = check_finite_array("fates", fates, (paths.shape[1],))
    digits = np.unique(fates)
    if len(digits) < 2:
        raise refuse("fates", fates, "two different digits or more")
    means = np.stack([paths[:, fates == digit].mean(axis=1) for digit in digits], axis=1)
    apart = np.linalg.norm(means[:, :, None] - means[:, None, :], axis=-1).sum(axis=(1, 2))
    return int(np.argmax(apart >= apart[-1] / 2))


def resemblance(
    images: xr.DataArray, digits: Sequence[int], embedding: Embedding, mnist: Digits
) -> xr.Dataset:
    """Which digits saddles lie among on the map, and which untrained digits they look like in their pixels.

    ``images`` (set, fork, pixel) come from `studies`, NaN where there is no saddle; ``digits`` are those of
    the training sets, and ``mnist`` the images that the map was fitted to.

    Returns ``cluster`` (fork, set), the digit of most of a saddle's 20 nearest images on the map, −1 where
    there is no saddle; ``alike`` (fork, category): of the 20 images that correlate best with a saddle,
    the share of each digit among those that show an untrained one.
    """
    there = images.notnull().all("pixel").transpose("fork", "set")
    cluster, alike = there.astype(int) - 1, np.zeros((images.sizes["fork"], CATEGORIES))
    for place, name in enumerate(images.fork.values):
        saddles = images.sel(fork=name).dropna("set").values
        if len(saddles):
            on_map = _votes(embedding.transform(saddles), embedding.coordinates, mnist.digits)
            cluster.values[place, there.values[place]] = on_map.argmax(axis=1)
            # Between images of mean 0 and variance 1 the distance falls with the correlation.
            looks = _votes(zscore(saddles, axis=1), zscore(mnist.images, axis=1), mnist.digits).sum(axis=0)
            looks[list(digits)] = 0
            alike[place] = looks / max(looks.sum(), 1)
    found = {"cluster": cluster, "alike": (("fork", "category"), alike)}
    return xr.Dataset(found, {"category": np.arange(CATEGORIES)})


def _votes(places: ArrayLike, among: np.ndarray, digits: np.ndarray) -> np.ndarray:
    """How many of each place's nearest images show each digit: (P, 10)."""
    nearest = np.argpartition(cdist(places, among, "sqeuclidean"), _NEIGHBOURS - 1, axis=1)[:, :_NEIGHBOURS]
    return (digits[nearest][..., None] == np.arange(CATEGORIES)).sum(axis=1)


@dataclass(frozen=True, eq=False)
class Study:
    """What `study` measures on one run.

    Its ``digits``, rising; the ``fates`` (K,), the digit of each memory's largest share at the end; how many
    memories are ``without_fate``, with no label of 0.9 or more at the end, or several; the ``branches`` of
    each split of the tree, the earliest first. The ``leader`` has the largest share before the first split,
    the ``followers`` are the other fates, those of most memories first. The leader parts from its followers
    at ``first``, the two first followers part at ``second``. From one to the other, ``line`` and ``plane``
    are the residuals of the followers' trails, NaN if these part first (`line_residual`, `plane_residual`);
    ``spread_half_way`` and ``spread_end`` are the `spread` half way to the fates, and at the end.
    """

    digits: tuple[int, ...]
    fates: np.ndarray
    without_fate: int
    branches: tuple[int, ...]
    leader: int | None = None
    followers: tuple[int, ...] = ()
    first: Fork | None = None
    second: Fork | None = None
    line: float = np.nan
    plane: float = np.nan
    spread_half_way: float = np.nan
    spread_end: float = np.nan

    @property
    def leader_first(self) -> bool:
        """Whether the leader parts from the followers before these part from each other."""
        return self.first is not None and self.second is not None and self.first.epoch < self.second.epoch

    @property
    def forks(self) -> list[Fork]:
        """The forks that are splits of their own: where all part in one split, the first alone."""
        return [each for each in (self.first, self.second)[: len(self.branches)] if each is not None]

    @property
    def axes(self) -> list[int]:
        """The digits in the order of drawing: the leader, then the others as they are."""
        return sorted(self.digits, key=lambda digit: digit != self.leader)


def study(run: xr.Dataset) -> Study:
    """Measure the splits of a recorded run in the shares of its digits."""
    ends, paths = leading_digits(run), category_paths(run).values
    tree = split_tree(run, fates=ends)
    digits = tuple(int(digit) for digit in np.unique(run.digit))
    found = digits, ends, int((final_fates(run) == NO_FATE).sum()), tree.branch_counts
    root = tree.root
    if not isinstance(root, Split):
        return Study(*found)
    leader = max(root.fates, key=lambda digit: root.mixture[digit])
    followers = sorted((d for d in root.fates if d != leader), key=lambda digit: -(ends == digit).sum())
    first = fork(run, ends, [leader], followers)
    second, line, plane = None, np.nan, np.nan
    if len(followers) > 1:
        second = fork(run, ends, followers[:1], followers[1:2])
        between = (run.epoch.values >= first.epoch) & (run.epoch.values < second.epoch)
        trails = paths[np.ix_(between, np.isin(ends, followers))]
        line, plane = line_residual(trails, leader, followers), plane_residual(trails)
    half, end = spread(paths[half_way_epoch(paths, ends)], ends), spread(paths[-1], ends)
    return Study(*found, leader, tuple(followers), first, second, line, plane, half, end)


def trained(
    digits: Sequence[int], seed: int, networks: Sequence[Learning], source: Source = None
) -> dict[float, xr.Dataset]:
    """Recorded runs by n, with one ``seed`` for training set and start."""
    data = training_set(digits=digits, per_digit=20, seed=seed, source=source)
    with threads(1):  # sixty images make small matrices
        return {each.n: train(data, seed=seed, **vars(each)) for each in networks}


def train_and_study(
    digits: Sequence[int], seed: int, per_digit: int = 20, source: Source = None, **options: Any
) -> Study:
    """Train on digits with one seed for training set and start (`hopcore.train`), and `study` the run."""
    data = training_set(digits=digits, per_digit=per_digit, seed=seed, source=source)
    return study(train(data, seed=seed, **options))


def studies(
    digits: Sequence[int],
    seeds: Sequence[int],
    networks: Sequence[Learning],
    executor: Workers = None,
    source: Source = None,
) -> xr.Dataset:
    """`train_and_study` networks of several n on the training sets of several seeds.

    Returns, over n and set, NaN where nothing parts: ``splits``, how many there are; ``leader_first``;
    ``half_way`` of the first fork; ``leader_share`` and ``largest_share``, of the leader and of any digit
    there; ``inequality``, the difference between the followers' shares at the second; ``line``, ``plane``,
    ``spread_half_way``, ``spread_end`` and ``without_fate`` of `Study`. ``shares`` (n, set, fork, category)
    and ``images`` (…, pixel) of both forks.
    """
    by_n = {each.n: each for each in networks}
    found = over_grid(partial(_studied, digits, by_n, source), executor, n=list(by_n), set=list(seeds))
    return found.assign_coords(fork=["first", "second"], category=np.arange(CATEGORIES))


def _studied(
    digits: Sequence[int], networks: dict[float, Learning], source: Source, n: float, seed: int
) -> xr.Dataset:
    """`studies` of one network."""
    found = train_and_study(digits, seed, source=source, **vars(networks[n]))
    nowhere = Fork(np.nan, np.nan, np.full(CATEGORIES, np.nan), np.full(PIXELS, np.nan))
    first, second = found.first or nowhere, found.second or nowhere
    shares = first.shares[found.axes]
    same = {name: getattr(found, name) for name in ("line", "plane", "spread_half_way", "spread_end")}
    return xr.Dataset(
        {
            "splits": len(found.branches),
            "leader_first": found.leader_first,
            "half_way": first.half_way,
            "leader_share": shares[0],
            "largest_share": shares.max(),
            "inequality": np.ptp(second.shares[list(found.followers[:2] or digits)]),
            **same,
            "without_fate": np.nan if found.first is None else found.without_fate,
            "shares": (("fork", "category"), [first.shares, second.shares]),
            "images": (("fork", "pixel"), [first.image, second.image]),
        }
    )


def trails_on_map(run: xr.Dataset, found: Study, embedding: Embedding, count: int) -> xr.DataArray:
    """Where the memories lie on a map at some of the recorded epochs: (epoch, memory, axis).

    From shortly before the first fork there are up to ``count`` epochs, ever farther apart. Before that all
    memories are alike, and the place of their mean stands for each.
    """
    since = run.epoch.values[-1] if found.first is None else found.first.epoch
    first = max(2, int(np.searchsorted(run.epoch, since)) - 10)
    recorded = np.geomspace(1, run.sizes["epoch"] - first, count) + first - 1
    before, after = np.arange(1, first, 4), np.unique(recorded.astype(int))
    together = np.asarray(embedding.transform(run.memories[before].mean("memory").values))
    places = np.repeat(together[:, None], run.sizes["memory"], axis=1)
    places = np.concatenate([places, np.asarray(embedding.transform(run.memories[after].values))])
    return xr.DataArray(places, {"epoch": run.epoch[[*before, *after]]}, ("epoch", "memory", "axis"))

"""Few categories: where in the shares of the digits memories part, and how far trails spread (Fig. 4).

A memory's *share* of a digit is its category coefficient ᾱ_d (paper, eq. 2); the shares of a grown memory sum
up to about 1. The *leader* is the digit with the largest share on the path that all memories begin with, the
*followers* are the other digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array, check_integer, refuse
from hopcore.data import CATEGORIES, training_set
from hopcore.splits import Split, category_paths, fates, leading_digits, separation_epochs, split_tree
from hopcore.training import train

TOGETHER = 0.2
"""Two memories are together within this distance in the shares; pure digits are about 1.4 apart."""

HALF_WAY = 0.7
"""At this distance two memories are half way to two pure digits."""


@dataclass(frozen=True, eq=False)
class Parting:
    """Where and when the memories of two groups part: means over the pairs of one memory from each.

    Attributes
    ----------
    epoch : median of the last recorded epochs at which a pair is together.
    half_way : median of the last epochs at which a pair is within `HALF_WAY`.
    shares : (C,) mean shares of a pair when it is together for the last time.
    image : (N,) mean memory of a pair then: what the saddle looks like.
    """

    epoch: float
    half_way: float
    shares: np.ndarray
    image: np.ndarray


def parting(run: xr.Dataset, fates: ArrayLike, first: Sequence[int], second: Sequence[int]) -> Parting:
    """Where the memories of some fates part from those of others.

    Parameters
    ----------
    run
        From `hopcore.train` with ``record_every``, so many images that it carries them (a long trajectory).
    fates
        (K,) digit of each memory.
    first, second
        The digits of the two groups.

    Raises
    ------
    ValueError
        If no memory has a fate of one of the groups, or fates are not one per memory.
    """
    fates = check_finite_array("fates", fates, (run.sizes["memory"],))
    one, other = np.isin(fates, list(first)), np.isin(fates, list(second))
    for name, digits, members in (("first", first, one), ("second", second, other)):
        if not members.any():
            raise refuse(name, digits, "digits that are the fate of at least one memory")
    paths = category_paths(run).values
    epochs = run.epoch.values
    pairs = np.ix_(one, other)
    last = separation_epochs(paths, epochs, TOGETHER)[pairs]
    half = separation_epochs(paths, epochs, HALF_WAY)[pairs]

    # How often each memory is in a pair that is together for the last time at each epoch.
    counts = np.zeros((len(epochs), len(fates)))
    recorded = np.searchsorted(epochs, last)
    members = np.flatnonzero(one)[:, None], np.flatnonzero(other)[None, :]
    for side in members:
        np.add.at(counts, (recorded, np.broadcast_to(side, last.shape)), 1 / (2 * last.size))
    used = np.flatnonzero(counts.any(axis=1))
    image = np.zeros(run.sizes["pixel"])
    for epoch in used:
        image += counts[epoch] @ run.memories.isel(epoch=epoch).values
    shares = np.einsum("em,emc->c", counts, paths)
    return Parting(float(np.median(last)), float(np.median(half)), shares, image)


def line_residual(shares: ArrayLike, leader: int, followers: Sequence[int]) -> float:
    """Root mean square of ᾱ_leader + k ᾱ_f − 1 over trails and the k followers f.

    It is 0 on the line on which the leader's share passes to the followers in equal parts (in the paper
    ᾱ_1 + 2ᾱ_4 = ᾱ_1 + 2ᾱ_7 = 1); NaN for no points.

    Parameters
    ----------
    shares
        (..., C) of the trails.
    leader, followers
        Digits.
    """
    shares = check_finite_array("shares", shares)
    followers = list(followers)
    missed = shares[..., [leader]] + len(followers) * shares[..., followers] - 1
    return float(np.sqrt((missed**2).mean())) if missed.size else float("nan")


def plane_residual(shares: ArrayLike) -> float:
    """Root mean square of Σ_d ᾱ_d − 1 over trails (..., C); NaN for no points."""
    missed = check_finite_array("shares", shares).sum(axis=-1) - 1
    return float(np.sqrt((missed**2).mean())) if missed.size else float("nan")


def spread(places: ArrayLike, fates: ArrayLike) -> float:
    """How far memories of one fate are from each other, relative to how far the fates are apart.

    It is the root mean square distance of a memory from the mean of its fate, divided by that of two fates'
    means; 0 if memories of one fate move as one. NaN if there are fewer than two fates.

    Parameters
    ----------
    places
        (K, dimensions) of the memories at one epoch.
    fates
        (K,) digits.
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
    """Index of the first recorded epoch at which the fates' means are half as far apart as at the end.

    Parameters
    ----------
    paths
        (E, K, dimensions).
    fates
        (K,) digits, two or more different ones.
    """
    paths = check_finite_array("paths", paths, ndim=3)
    fates = check_finite_array("fates", fates, (paths.shape[1],))
    digits = np.unique(fates)
    if len(digits) < 2:
        raise refuse("fates", fates, "two different digits or more")
    means = np.stack([paths[:, fates == digit].mean(axis=1) for digit in digits], axis=1)
    apart = np.linalg.norm(means[:, :, None] - means[:, None, :], axis=-1).sum(axis=(1, 2))
    return int(np.argmax(apart >= apart[-1] / 2))


def neighbour_digits(places: ArrayLike, among: ArrayLike, digits: ArrayLike, count: int = 20) -> np.ndarray:
    """How many of each place's nearest images show each digit.

    Parameters
    ----------
    places
        (P, dimensions), of memories on a map for example.
    among
        (S, dimensions) of the images.
    digits
        (S,) what they show.
    count
        Neighbours that vote, from 1 to S.

    Returns
    -------
    (P, 10) whole numbers; each row sums up to ``count``.
    """
    places = check_finite_array("places", places, ndim=2)
    among = check_finite_array("among", among, (None, places.shape[1]))
    count = check_integer("count", count, 1, len(among))
    digits = np.asarray(digits)
    squares = ((places[:, None] - among[None]) ** 2).sum(axis=-1)
    nearest = np.argpartition(squares, count - 1, axis=1)[:, :count]
    return np.stack([np.bincount(digits[row], minlength=CATEGORIES) for row in nearest])


@dataclass(frozen=True, eq=False)
class Study:
    """What `study` measures on one run.

    Attributes
    ----------
    digits, seed : of the training set; the seed is the start's as well.
    counts : (C,) memories by their largest share at the end.
    without_fate : memories with no label of 0.9 or more at the end, or several.
    branches : branches of each split of the tree, the earliest first.
    leader : the digit with the largest share before the first split; None if there is no split.
    first : the parting of the leader from its followers.
    second : the parting of the two followers that most memories end as; None if there are not two.
    line, plane : `line_residual` and `plane_residual` of the followers' trails from the first parting to the
        second; NaN if the followers part first.
    spread_half_way, spread_end : `spread` of the memories half way to the fates, and at the end.
    """

    digits: tuple[int, ...]
    seed: int
    counts: np.ndarray
    without_fate: int
    branches: tuple[int, ...]
    leader: int | None
    first: Parting | None
    second: Parting | None
    line: float
    plane: float
    spread_half_way: float
    spread_end: float

    @property
    def leader_first(self) -> bool:
        """Whether the leader parts from the followers before these part from each other."""
        return self.first is not None and self.second is not None and self.first.epoch < self.second.epoch


def study(run: xr.Dataset, digits: Sequence[int]) -> Study:
    """Measure the splits of a recorded run in the shares of its digits."""
    ends = leading_digits(run)
    counts = np.bincount(ends, minlength=CATEGORIES)
    paths = category_paths(run).values
    tree = split_tree(run, fates=ends)
    root = tree.root
    leader = first = second = None
    line = plane = half = end = float("nan")
    if isinstance(root, Split):
        present = list(root.fates)
        leader = max(present, key=lambda digit: root.mixture[digit])
        followers = sorted((d for d in present if d != leader), key=lambda digit: -counts[digit])
        first = parting(run, ends, [leader], followers)
        if len(followers) > 1:
            second = parting(run, ends, followers[:1], followers[1:2])
            between = (run.epoch.values >= first.epoch) & (run.epoch.values < second.epoch)
            trails = paths[np.ix_(between, np.isin(ends, followers))]
            line, plane = line_residual(trails, leader, followers), plane_residual(trails)
        half = spread(paths[half_way_epoch(paths, ends)], ends)
        end = spread(paths[-1], ends)
    return Study(
        tuple(int(digit) for digit in digits), run.attrs["seed"], counts, int((fates(run) < 0).sum()),
        tree.branch_counts, leader, first, second, line, plane, half, end,
    )  # fmt: skip


def train_and_study(digits: Sequence[int], seed: int, per_digit: int = 20, **options: Any) -> Study:
    """Train on digits with one seed for training set and start, and `study` the run; for a pool of processes.

    Parameters
    ----------
    digits, per_digit : the training set, as for `hopcore.training_set`.
    seed : of the training set and of the start.
    **options : for `hopcore.train`, with ``record_every``.
    """
    data = training_set(digits=digits, per_digit=per_digit, seed=seed)
    return study(train(data, seed=seed, **options), digits)

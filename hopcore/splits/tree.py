"""When memories part for good, and the tree of splits: which fates share a path, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from hopcore._checks import check_at_least, check_finite_array, check_increasing, check_positive, refuse
from hopcore.data import TrainingSet

from .fates import NO_FATE, category_paths, names_of
from .fates import fates as final_fates

SIMULTANEOUS = 0.2
"""Splits count as one if no pixel can have moved by more than this between them (rate times epochs)."""


@dataclass(frozen=True, eq=False)
class Fate:
    """A leaf: the memories (their indices) that end as one digit.

    ``mixture`` (C,) are their mean category coefficients ᾱ at ``epoch``, the last that is recorded.
    """

    digit: int
    members: tuple[int, ...]
    epoch: float
    mixture: np.ndarray

    @property
    def fates(self) -> tuple[int, ...]:
        """The digits below: its own."""
        return (self.digit,)


@dataclass(frozen=True, eq=False)
class Split:
    """A branch point: memories, all with a fate, that were together until ``epoch`` and then parted.

    ``members`` are their indices and ``mixture`` (C,) their mean category coefficients ᾱ at ``epoch``, the
    saddle. The ``branches`` are two or more, those with more memories first.
    """

    epoch: float
    members: tuple[int, ...]
    mixture: np.ndarray
    branches: tuple[Split | Fate, ...]

    @property
    def fates(self) -> tuple[int, ...]:
        """The digits below, in rising order."""
        return tuple(sorted(digit for branch in self.branches for digit in branch.fates))


@dataclass(frozen=True, eq=False)
class SplitTree:
    """The splits of a run.

    The ``root`` is the first split, a `Fate` if all memories end alike, or None if no memory has a fate; the
    memories ``without_fate`` (their indices) are left out. The fates (F,) are ``digits``, and the epochs
    (F, F) at which each pair parts ``separations``; they make the tree. ``names`` are those of all
    categories, if they have any.
    """

    root: Split | Fate | None
    without_fate: tuple[int, ...]
    digits: np.ndarray
    separations: np.ndarray
    names: tuple[str, ...] = ()

    def name(self, digit: int) -> str:
        """What a category is called."""
        return self.names[digit] if self.names else str(digit)

    def __iter__(self) -> Iterator[Split | Fate]:
        """All splits and fates, a split before what is below it."""
        waiting = [] if self.root is None else [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, Split):
                waiting.extend(reversed(node.branches))

    @property
    def splits(self) -> tuple[Split, ...]:
        """All splits, the earliest first."""
        return tuple(sorted((node for node in self if isinstance(node, Split)), key=attrgetter("epoch")))

    @property
    def fates(self) -> tuple[Fate, ...]:
        """All leaves, in the order in which a drawing of the tree has them from left to right."""
        return tuple(node for node in self if isinstance(node, Fate))

    @property
    def branch_counts(self) -> tuple[int, ...]:
        """The number of branches of each split, the earliest split first; 2 for a binary decision."""
        return tuple(len(split.branches) for split in self.splits)

    def __str__(self) -> str:
        def lines(node: Split | Fate, indent: str = "") -> list[str]:
            if isinstance(node, Fate):
                return [f"{indent}{self.name(node.digit)}: {len(node.members)} memories"]
            digits = (", " if self.names else " ").join(map(self.name, node.fates))
            below = [line for branch in node.branches for line in lines(branch, indent + "  ")]
            return [f"{indent}epoch {node.epoch:.0f}: {digits} part in {len(node.branches)}", *below]

        shown = [] if self.root is None else lines(self.root)
        if self.without_fate:
            shown.append(f"without a fate: {len(self.without_fate)} memories")
        return "\n".join(shown)


def split_tree(
    run: xr.Dataset,
    data: TrainingSet | None = None,
    *,
    paths: xr.DataArray | None = None,
    fates: ArrayLike | None = None,
    apart: float = 0.2,
    simultaneous: float | None = None,
) -> SplitTree:
    """The tree of splits of a recorded run.

    The training set is not needed where the run carries the images (long trajectories do). The ``paths`` are
    those of `category_paths` if None, or of `mean_paths`, for more images than pixels. The ``fates`` (K,)
    are those of the final labels if None; ``apart`` and ``simultaneous`` are as for `build_tree`, by default
    splits are simultaneous if they follow within 0.2/rate epochs. Errors are those of `category_paths` and
    `build_tree`.
    """
    paths = category_paths(run, data) if paths is None else paths
    if simultaneous is None:
        simultaneous = SIMULTANEOUS / run.attrs["rate"]
    fates = final_fates(run) if fates is None else fates
    return build_tree(
        paths.values,
        fates,
        paths.epoch.values,
        apart=apart,
        simultaneous=simultaneous,
        names=names_of(paths) or (),
    )


def build_tree(
    paths: ArrayLike,
    fates: ArrayLike,
    epochs: ArrayLike,
    *,
    apart: float = 0.2,
    simultaneous: float = 0.0,
    names: tuple[str, ...] = (),
) -> SplitTree:
    """The tree of splits of paths with known fates.

    Two memories part at the last epoch at which they are within ``apart``, two fates at the median over
    their pairs of memories. From the last to the first, fates (and then groups of fates, at the mean over
    their pairs of fates) are joined; splits that follow the first of them within ``simultaneous`` epochs,
    0 or more, become one split of several branches.

    Paths (epoch, K, dimensions), epochs and ``apart`` are as for `separation_epochs`; of the ``fates`` (K,),
    memories with `NO_FATE` take no part. ``names`` are those of the categories, if they have any.
    """
    paths = check_finite_array("paths", paths, ndim=3)
    epochs = np.asarray(epochs)
    chosen = check_finite_array("fates", fates, (paths.shape[1],))
    fates = chosen.astype(np.int64)
    if (chosen != fates).any() or (fates < NO_FATE).any():
        raise refuse("fates", chosen, f"whole numbers, {NO_FATE} for a memory without a fate")
    simultaneous = check_at_least("simultaneous", simultaneous, 0)
    digits, parted = fate_separations(separation_epochs(paths, epochs, apart), fates)
    without, last = tuple(np.flatnonzero(fates == NO_FATE).tolist()), float(epochs[-1])

    def mean(of: tuple[int, ...], epoch: float) -> np.ndarray:
        return paths[np.searchsorted(epochs, epoch, side="right") - 1, list(of)].mean(axis=0)

    leaves = []
    for digit in digits.tolist():
        own = tuple(np.flatnonzero(fates == digit).tolist())
        leaves.append(Fate(digit, own, last, mean(own, last)))
    if len(leaves) < 2:
        return SplitTree(leaves[0] if leaves else None, without, digits, parted, names)

    since = last - parted
    np.fill_diagonal(since, 0)
    joins = linkage(squareform(since, checks=False), "average")

    def branches(node: int, epoch: float) -> list[Split | Fate]:
        """A node below a split at this epoch: one branch, or its own branches if it splits again at once."""
        if node < len(leaves):
            return [leaves[node]]
        left, right, before_last, _ = joins[node - len(leaves)]
        own_epoch = last - before_last
        at = epoch if own_epoch - epoch <= simultaneous else own_epoch
        below = branches(int(left), at) + branches(int(right), at)
        if at == epoch:
            return below
        members = tuple(sorted(member for branch in below for member in branch.members))
        below.sort(key=lambda branch: (-len(branch.members), branch.fates))
        return [Split(float(own_epoch), members, mean(members, own_epoch), tuple(below))]

    [root] = branches(len(leaves) + len(joins) - 1, -np.inf)
    return SplitTree(root, without, digits, parted, names)


def separation_epochs(paths: ArrayLike, epochs: ArrayLike, apart: float = 0.2) -> np.ndarray:
    """The last recorded epoch at which two memories are still within ``apart`` of each other.

    It is (K, K), symmetric: the last epoch for a pair that never parts, the first for one never together. The
    paths are (epoch, K, dimensions) of the memories, the category coefficients for example; epochs rise.
    ``apart`` is a Euclidean distance in the units of the paths: category coefficients of a grown memory sum
    up to about 1, so pure digits are about 1.4 apart.
    """
    paths = check_finite_array("paths", paths, ndim=3)
    epochs = check_increasing("epochs", epochs)
    if len(epochs) != len(paths):
        raise refuse("epochs", epochs, f"the epochs of the {len(paths)} recorded states")
    apart = check_positive("apart", apart)
    last = np.full((paths.shape[1],) * 2, epochs[0], dtype=np.float64)
    for epoch, places in zip(epochs, paths, strict=True):
        squares = (places**2).sum(axis=1)
        distances = squares[:, None] + squares[None, :] - 2 * places @ places.T
        last[distances <= apart**2] = epoch
    return last


def fate_separations(separated: ArrayLike, fates: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """When the memories of each pair of fates part: the median over the pairs of their members.

    ``separated`` (K, K) is from `separation_epochs`; memories whose ``fates`` (K,) are `NO_FATE` are left
    out. Returns the fates (F,) that occur, and the epochs (F, F), symmetric; on the diagonal is the median
    over pairs within a fate, NaN for a single member.
    """
    fates = np.asarray(fates)
    separated = check_finite_array("separated", separated, (len(fates), len(fates)))
    digits = np.unique(fates[fates != NO_FATE])
    epochs = np.full((len(digits), len(digits)), np.nan)
    for row, column in np.ndindex(epochs.shape):
        block = separated[np.ix_(fates == digits[row], fates == digits[column])]
        if row == column:
            block = block[np.triu_indices(len(block), 1)]
        if block.size:
            epochs[row, column] = np.median(block)
    return digits, epochs

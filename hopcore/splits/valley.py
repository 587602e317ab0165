"""Waddington's valley: where memories are on the way to their fates, as heights over place and time."""

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import squareform

from hopcore._checks import check_finite_array, check_positive, refuse

from .tree import SplitTree

EDGE, BINS = 1.15, 116
"""Heights are over places from −EDGE to EDGE, at so many of them; the outermost fates are at −1 and 1."""


def leaf_order(tree: SplitTree) -> np.ndarray:
    """The fates (F,) of a tree side by side: no branches cross, and neighbours part as late as they can.

    ValueError for a tree with fewer than two fates. Source: optimal leaf ordering of the epochs at which
    fates part (Bar-Joseph et al. 2001, in SciPy).
    """
    if len(tree.digits) < 2:
        raise refuse("tree", tree, "a tree of two fates or more")
    since = np.nanmax(tree.separations) - tree.separations
    np.fill_diagonal(since, 0)
    joins = linkage(squareform(since, checks=False), "average", optimal_ordering=True)
    return tree.digits[leaves_list(joins)]


def with_fates(paths: xr.DataArray) -> xr.DataArray:
    """The part of paths (epoch, memory, category) from which on every memory has some coefficient above 0.

    Before it, `landscape` has no place for a memory.
    """
    grown = (paths > 0).any("category").all("memory").values
    return paths[1 + max(np.flatnonzero(~grown), default=-1) :]


def landscape(
    paths: xr.DataArray, fates: ArrayLike, *, width: float = 0.04, records: float = 3, floor: float = 0.002
) -> xr.Dataset:
    """The landscape that memories make: low where they are many, over one coordinate and the epochs.

    A memory's place is the mean of its fates' places, p_d from −1 to 1 in the given order, weighted by the
    positive parts of its category coefficients: x = Σ_d (ᾱ_d)₊ p_d / Σ_d (ᾱ_d)₊. The height is
    U = −log(ρ + floor), where ρ is the part of the memories in each of 116 bins of x, smoothed by Gaussians
    of standard deviations ``width`` in x and ``records`` in time.  It is a picture, not a potential: nothing
    says that memories go down its slope.

    Parameters
    ----------
    paths : (epoch, memory, category), from `category_paths`; memories of several runs may stand side by side.
    fates : two categories or more, each once, in the order of their places: those of `leaf_order`.
    width, records, floor : above 0.

    Returns
    -------
    The ``place`` (epoch, memory) in [−1, 1] and the ``height`` (epoch, x).

    Raises
    ------
    ValueError
        For paths that are not finite or are not as above, for fates that are not among their categories, and
        for a memory without a positive coefficient of any of them.
    """
    if set(paths.dims) != {"epoch", "memory", "category"}:
        raise refuse("paths", paths.dims, "an array over epoch, memory and category")
    order = np.asarray(fates)
    if (
        order.ndim != 1
        or len(order) < 2
        or len({*order.tolist()} & {*paths.category.values.tolist()}) < len(order)
    ):
        raise refuse("fates", order, f"two or more of {paths.category.values.tolist()}, each once")
    width, records, floor = (
        check_positive(name, value)
        for name, value in (("width", width), ("records", records), ("floor", floor))
    )
    own = paths.sel(category=order).transpose("epoch", "memory", "category")
    shares = np.maximum(check_finite_array("paths", own.values), 0)
    whole = shares.sum(axis=-1)
    if not (whole > 0).all():
        raise refuse("paths", float(whole.min()), "for each memory a positive coefficient of some fate")
    place = shares @ np.linspace(-1, 1, len(order)) / whole

    edges = np.linspace(-EDGE, EDGE, BINS + 1)
    counts = np.stack([np.histogram(row, edges)[0] for row in place]) / place.shape[1]
    widths = records, width / (edges[1] - edges[0])
    density = gaussian_filter(counts, widths, mode=("nearest", "constant"))
    found = {"place": (("epoch", "memory"), place), "height": (("epoch", "x"), -np.log(density + floor))}
    return xr.Dataset(found, {"epoch": paths.epoch.values, "x": (edges[1:] + edges[:-1]) / 2})

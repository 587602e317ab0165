"""When memories part for good."""

import numpy as np
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array, check_increasing, check_positive, refuse

from .fates import NO_FATE


def separation_epochs(paths: ArrayLike, epochs: ArrayLike, apart: float = 0.2) -> np.ndarray:
    """The last recorded epoch at which two memories are still within ``apart`` of each other.

    It is (K, K), symmetric: the last epoch for a pair that never parts, the first for one that was never
    together.

    The paths are (epoch, K, dimensions) of the memories, the category coefficients for example; epochs rise.
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
    for row, first in enumerate(digits):
        for column, second in enumerate(digits):
            block = separated[np.ix_(fates == first, fates == second)]
            if row == column:
                block = block[np.triu_indices(len(block), 1)]
            if block.size:
                epochs[row, column] = np.median(block)
    return digits, epochs

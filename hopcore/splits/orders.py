"""Orders of the digits: by when they are learnt, how alike two orders are, and how typical a digit is."""

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata, spearmanr

from hopcore._checks import refuse
from hopcore.data import TrainingSet


def learning_ranks(appeared: ArrayLike) -> np.ndarray:
    """Ranks (..., digits) of the digits in the order in which they appear, from 1.

    ``appeared`` (..., digits) are epochs, of several runs for example; NaN, for a digit that never appears,
    comes last, and digits that appear at the same epoch share their mean rank.
    """
    appeared = np.asarray(appeared, dtype=np.float64)
    return rankdata(np.where(np.isnan(appeared), np.inf, appeared), axis=-1)


def rank_agreement(ranks: Sequence[ArrayLike] | ArrayLike) -> float:
    """The mean of Spearman's rank correlation over all pairs of runs: 1 for one order, about 0 for chance.

    The ranks are (runs, digits), of two runs or more. A run in which all digits tie says nothing about the
    order, and its correlations count as 0.
    """
    ranks = np.asarray(ranks, dtype=np.float64)
    if ranks.ndim != 2 or len(ranks) < 2:
        raise refuse("ranks", ranks, "ranks (runs, digits) of two runs or more")
    return float(np.mean([rank_correlation(*pair) for pair in combinations(ranks, 2)]))


def rank_correlation(first: ArrayLike, second: ArrayLike) -> Any:
    """Spearman's rank correlation of two orders (..., digits), pair by pair; 0 if one is a single tie."""
    found = _correlation(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    return found if found.ndim else found.item()


@partial(np.vectorize, signature="(n),(n)->()")
def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)


def class_means(data: TrainingSet) -> TrainingSet:
    """The mean image of every digit of a set, as a set of one image per digit."""
    digits = np.unique(data.digits)
    means = [data.images[data.digits == digit].mean(axis=0) for digit in digits]
    return TrainingSet(np.array(means), digits)


def typicality(data: TrainingSet) -> np.ndarray:
    """How much each digit of a set has in common with all of them, (digits,).

    The row sum of the overlaps of the class means with each other, per pixel.
    """
    means = class_means(data).images
    return (means @ means.T).sum(axis=1) / means.shape[1]

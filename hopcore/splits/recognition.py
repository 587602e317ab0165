"""Which digits are recognised, since when and in which order (paper, Fig. 3C and F); how typical each is."""

import warnings
from collections.abc import Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.stats import rankdata, spearmanr

from hopcore._checks import check_integer, refuse
from hopcore.data import TrainingSet
from hopcore.decomposition import NotUniqueWarning, coefficients
from hopcore.training.schedule import conditions

from .fates import coordinates_of, training_data

APPEARS_BEYOND = 4
"""A digit has appeared when more than this many of its 20 images are recognised (paper, supplement)."""


def recognised(run: xr.Dataset, data: TrainingSet | None = None) -> xr.DataArray:
    """How many training images of each digit are classified correctly: whole numbers (epoch, category).

    The run is from `hopcore.train` with ``record_every``. Its training set is not needed where the run
    carries the images.
    """
    data = training_data(run, data)
    own = data.targets > 0
    counts = []
    recorded = zip(_overlaps(run, data), run.labels.values, run.epoch.values.tolist(), strict=True)
    for overlaps, labels, epoch in recorded:
        # A network answers with the n and the temperature of its last epoch.
        power, rescaled_temperature, _ = conditions(run, max(epoch - 1, 0))
        temperature = rescaled_temperature * data.images.shape[1]
        # The category does not change if an image's activations are all divided by the same number.
        a = np.maximum(overlaps, 0)
        largest = a.max(axis=0)
        scale = np.where(largest > 0, largest, temperature)
        answers = ((a / scale) ** power).T @ labels.astype(np.float64)
        counts.append((own & (answers.argmax(axis=1)[:, None] == np.arange(own.shape[1]))).sum(axis=0))
    dims = ("epoch", "category")
    return xr.DataArray(np.array(counts), coordinates_of(run, dims), dims, "recognised")


def _overlaps(run: xr.Dataset, data: TrainingSet):
    """Overlaps (K, S), one recorded epoch after the other; through the Gram matrix if the run allows it."""
    if "image_weights" not in run:
        for memories in run.memories.transpose("epoch", "memory", "pixel").values:
            yield memories @ data.images.T
        return
    gram = data.images @ data.images.T
    bases = run.base_memories.values.astype(np.float64) @ data.images.T
    for weights, kept, base in zip(run.image_weights.values, run.kept.values, run.base.values, strict=True):
        yield weights.astype(np.float64) @ gram + kept[:, None] * bases[base]


def appearance(counts: xr.DataArray, beyond: int = APPEARS_BEYOND) -> xr.DataArray:
    """The first recorded epoch (category,) from which each digit is recognised for good; NaN for never.

    Of ``counts`` (epoch, category), from `recognised`, more than ``beyond`` have to be.
    """
    beyond = check_integer("beyond", beyond, minimum=0)
    known = counts.transpose("epoch", "category").values > beyond
    since = len(known) - np.logical_and.accumulate(known[::-1]).sum(axis=0)
    epochs = np.append(counts.epoch.values.astype(np.float64), np.nan)
    return xr.DataArray(epochs[since], {"category": counts.category}, ("category",), "appearance")


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
    return TrainingSet(np.array(means), digits, **data.kinds)


def mean_paths(run: xr.Dataset, data: TrainingSet | None = None) -> xr.DataArray:
    """Paths (epoch, memory, category) of the memories in the categories' mean images.

    Unlike `category_paths` they are unique where there are more images than pixels, as in tables, unless the
    mean images themselves depend on each other (then the shortest ones are taken). Arguments as there.
    """
    data = training_data(run, data)
    dims = ("epoch", "memory", "category")
    sums = np.zeros((run.sizes["epoch"], run.sizes["memory"], data.categories))
    memories = run.memories.transpose("epoch", "memory", "pixel").values
    sums[..., np.unique(data.digits)] = in_means(memories, data)
    return xr.DataArray(sums, coordinates_of(run, dims), dims, "category_coefficients")


def in_means(memories: np.ndarray, data: TrainingSet) -> np.ndarray:
    """Coefficients (…, K, F) of memories (…, K, N) in the mean images of the categories that have images."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotUniqueWarning)  # means of centred columns sum to nothing
        return coefficients(memories, class_means(data))


def typicality(data: TrainingSet) -> np.ndarray:
    """How much each digit of a set has in common with all of them, (digits,).

    The row sum of the overlaps of the class means with each other, per pixel.
    """
    means = class_means(data).images
    return (means @ means.T).sum(axis=1) / means.shape[1]

"""What memories look like: the image nearest to each, how far they spread, how far from a mean (Fig. 2B).

Points (K, P) come in groups, those of their digits, and are measured in units of the reference points (S, P)
of the same group; a group counts if it has at least three points.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import pdist

from hopcore.embedding import directions


def nearest_images(memories: ArrayLike, images: ArrayLike) -> np.ndarray:
    """For each memory (K, N), the index of the image (S, N) whose pixels correlate best with it: (K,)."""
    return (directions(memories) @ directions(images).T).argmax(axis=1)


def relative(
    measure: Callable[[np.ndarray, np.ndarray], float],
    points: ArrayLike,
    groups: ArrayLike,
    reference: ArrayLike,
    reference_groups: ArrayLike,
) -> dict[int, float]:
    """A measure of each group's points beside its reference points, over that of the latter: by group."""
    points, groups = np.asarray(points, dtype=float), np.asarray(groups)
    reference, reference_groups = np.asarray(reference, dtype=float), np.asarray(reference_groups)
    ratios = {}
    for group, count in zip(*np.unique(groups, return_counts=True), strict=True):
        if count >= 3:
            own = reference[reference_groups == group]
            ratios[int(group)] = float(measure(points[groups == group], own) / measure(own, own))
    return ratios


def mean_distance(points: np.ndarray, _: np.ndarray) -> float:
    """Spread: the mean distance between two points. Equal points count as they are."""
    return pdist(points).mean()


def median_distance(points: np.ndarray, _: np.ndarray) -> float:
    """Spread that a few points far away do not decide."""
    return float(np.median(pdist(points)))


def distance_from_centre(points: np.ndarray, reference: np.ndarray) -> float:
    """Median distance from the centre: the median of the reference, coordinate by coordinate."""
    return float(np.median(np.linalg.norm(points - np.median(reference, axis=0), axis=1)))


def distance_from_mean_image(memories: np.ndarray, images: np.ndarray) -> float:
    """Median unlikeness, 1 − correlation, to the mean image."""
    return float(np.median(1 - directions(memories) @ directions(images.mean(axis=0))))

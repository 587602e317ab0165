"""What memories look like: the image nearest to each, how far they spread, how far from a mean (Fig. 2B).

Points (K, P) come in groups, those of their digits, and are measured in units of the reference points (S, P)
of the same group; a group counts if it has at least three points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import pdist


def directions(images: ArrayLike) -> np.ndarray:
    """Images (..., N) without brightness and contrast: mean 0, length 1; their products are correlations."""
    images = np.asarray(images, dtype=float)
    images = images - images.mean(axis=-1, keepdims=True)
    return images / np.linalg.norm(images, axis=-1, keepdims=True)


def nearest_images(memories: ArrayLike, images: ArrayLike) -> np.ndarray:
    """For each memory (K, N), the index of the image (S, N) whose pixels correlate best with it: (K,)."""
    return (directions(memories) @ directions(images).T).argmax(axis=1)


def relative_spread(
    points: ArrayLike,
    groups: ArrayLike,
    reference: ArrayLike,
    reference_groups: ArrayLike,
    typical: Callable[[np.ndarray], float] = np.mean,
) -> dict[int, float]:
    """Spread of points within each group, in units of the reference's.

    The spread of a set is the typical distance between two of its members: the mean, or with `np.median` one
    that a few points far away do not decide. Equal points count as they are.
    """
    return {
        group: float(typical(pdist(own)) / typical(pdist(images)))
        for group, own, images in _by_group(points, groups, reference, reference_groups)
    }


def distance_from_centre(
    points: ArrayLike, groups: ArrayLike, reference: ArrayLike, reference_groups: ArrayLike
) -> dict[int, float]:
    """Median distance of points from the centre of each group: 0 there, 1 if spread like the reference.

    A group's centre is the median of its reference points, coordinate by coordinate.
    """
    ratios = {}
    for group, own, images in _by_group(points, groups, reference, reference_groups):
        centre = np.median(images, axis=0)
        far = [np.median(np.linalg.norm(each - centre, axis=1)) for each in (own, images)]
        ratios[group] = float(far[0] / far[1])
    return ratios


def distance_from_mean_image(
    memories: ArrayLike, groups: ArrayLike, images: ArrayLike, digits: ArrayLike
) -> dict[int, float]:
    """Median unlikeness, 1 − correlation, to a digit's mean image: 0 for that, 1 if like a typical image."""
    ratios = {}
    for group, own, others in _by_group(memories, groups, images, digits):
        mean = directions(others.mean(axis=0))
        unlike = [np.median(1 - directions(each) @ mean) for each in (own, others)]
        ratios[group] = float(unlike[0] / unlike[1])
    return ratios


def _by_group(
    points: ArrayLike, groups: ArrayLike, reference: ArrayLike, reference_groups: ArrayLike
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    points, groups = np.asarray(points, dtype=float), np.asarray(groups)
    reference, reference_groups = np.asarray(reference, dtype=float), np.asarray(reference_groups)
    for group, count in zip(*np.unique(groups, return_counts=True), strict=True):
        if count >= 3:
            yield int(group), points[groups == group], reference[reference_groups == group]

"""The feature-to-prototype transition, measured: thresholds, plateaus and spreads (paper, Figs. 1 and 2).

Every function takes plain arrays of final memories' properties, one row per power n where a curve is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import make_smoothing_spline
from scipy.spatial.distance import pdist

_STEP = 0.5  # of the corners that a fit tries, in units of n


def negative_share(alpha: ArrayLike) -> np.ndarray:
    """Share of Σ|α| that negative coefficients hold: (..., S) to (...); 0.5 if both signs weigh the same."""
    alpha = np.asarray(alpha, dtype=float)
    return -np.minimum(alpha, 0).sum(axis=-1) / np.abs(alpha).sum(axis=-1)


def leading_share(alpha: ArrayLike, digits: ArrayLike) -> np.ndarray:
    """Share of Σ|α| that the images of one digit hold, for the digit that holds most: (..., S) to (...)."""
    size, digits = np.abs(np.asarray(alpha, dtype=float)), np.asarray(digits)
    own = np.stack([size[..., digits == digit].sum(axis=-1) for digit in np.unique(digits)])
    return own.max(axis=0) / size.sum(axis=-1)


def memories_responding(memories: ArrayLike, images: ArrayLike, n: float) -> np.ndarray:
    """Effective number of memories (K, N) that respond to each image (S, N): (S,).

    It is (Σ_μ w_μ)² / Σ_μ w_μ², with the contributions w_μ = max(0, <M^μ|x>)^n; K if all are equal, 1 for a
    single one, 0 if no memory responds.
    """
    overlaps = np.maximum(0, np.asarray(memories, dtype=float) @ np.asarray(images, dtype=float).T)
    largest = overlaps.max(axis=0)
    weights = (overlaps / np.where(largest > 0, largest, 1)) ** n
    return weights.sum(axis=0) ** 2 / np.maximum((weights**2).sum(axis=0), np.finfo(float).tiny)


def smooth_curve(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Cubic smoothing spline through (x, y), at x; its stiffness comes from generalised cross-validation."""
    return make_smoothing_spline(np.asarray(x, dtype=float), np.asarray(y, dtype=float))(x)


@dataclass(frozen=True)
class Rise:
    """A level, a ramp that starts at `threshold` and ends at `top`, and a second level.

    `threshold_range` holds nine tenths of the bootstrap's thresholds.
    """

    threshold: float
    threshold_range: tuple[float, float]
    top: float
    low: float
    high: float


def rise(n: ArrayLike, values: ArrayLike, *, replicates: int = 400, seed: int = 0) -> Rise:
    """Locate where a mean over memories leaves its low level.

    The mean of each row is fitted, by least squares, with a level, a straight ramp and a level, joined
    continuously; both corners lie on a grid of step 0.5 and the ramp is at least 2 long.  The uncertainty
    comes from fits to data drawn again with replacement: the rows (n), and the memories in each.

    Parameters
    ----------
    n
        (R,) powers, rising.
    values
        (R, K) one value per memory.
    replicates, seed
        Of the bootstrap.

    Raises
    ------
    ValueError
        If there are fewer than five rows, or `values` has another number of rows than `n`.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) != len(n):
        raise ValueError(f"values must have one row for each of the {len(n)} n, got shape {values.shape}")
    if len(n) < 5:
        raise ValueError(f"n must hold at least 5 powers, got {len(n)}")
    corners = np.arange(n[0], n[-1] + _STEP / 2, _STEP)
    first, last = (each.ravel() for each in np.meshgrid(corners, corners, indexing="ij"))
    long_enough = last - first >= 2
    first, last = first[long_enough], last[long_enough]
    ramps = np.clip((n - first[:, None]) / (last - first)[:, None], 0, 1)

    generator = np.random.default_rng(seed)
    rows, memories = values.shape
    drawn = generator.integers(memories, size=(replicates, rows, memories))
    means = np.take_along_axis(values[None], drawn, axis=2).mean(axis=2)
    weights = generator.multinomial(rows, np.full(rows, 1 / rows), size=replicates).astype(float)
    means = np.vstack([values.mean(axis=1), means])
    weights = np.vstack([np.ones(rows), weights])

    best, low, height = _best_ramp(ramps, means, weights)
    thresholds = first[best]
    return Rise(
        threshold=float(thresholds[0]),
        threshold_range=tuple(float(value) for value in np.quantile(thresholds[1:], (0.05, 0.95))),
        top=float(last[best[0]]),
        low=float(low[0]),
        high=float(low[0] + height[0]),
    )


def _best_ramp(ramps: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """The ramp (index), level and height of the best weighted fit y ≈ low + height·ramp, per row of y."""
    total, sum_y = weights.sum(axis=1), (weights * y).sum(axis=1)
    sum_r, sum_rr, sum_ry = ramps @ weights.T, ramps**2 @ weights.T, ramps @ (weights * y).T
    variance = sum_rr - sum_r**2 / total
    covariance = sum_ry - sum_r * sum_y / total
    usable = variance > 1e-9
    gain = np.where(usable, covariance**2 / np.where(usable, variance, 1), -np.inf)
    best = gain.argmax(axis=0)
    each = np.arange(len(y))
    height = covariance[best, each] / variance[best, each]
    return best, (sum_y - height * sum_r[best, each]) / total, height


@dataclass(frozen=True)
class Fall:
    """A straight fall that bends at `corner`, where the curve has the height `level`.

    `straightness` is R² of a straight line up to the corner; `slowing` is the slope after it, divided by the
    slope before: 0 for a plateau, 1 if nothing bends.
    """

    corner: float
    level: float
    straightness: float
    slowing: float


def fall(n: ArrayLike, values: ArrayLike) -> Fall:
    """Fit two straight lines that meet at a corner to a curve (R,) over n, by least squares.

    The corner lies on a grid of step 0.5, with at least three points up to it and two after it.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    fits = []
    for corner in np.arange(n[2], n[-3] + _STEP / 2, _STEP):
        lines = np.stack([np.ones_like(n), np.minimum(n - corner, 0), np.maximum(n - corner, 0)], axis=1)
        solution = np.linalg.lstsq(lines, values, rcond=None)[0]
        fits.append((np.sum((lines @ solution - values) ** 2), corner, solution))
    _, corner, (level, before, after) = min(fits, key=lambda fit: fit[0])
    correlation = np.corrcoef(n[n <= corner], values[n <= corner])[0, 1]
    return Fall(float(corner), float(level), float(correlation**2), float(after / before))


@dataclass(frozen=True)
class Dwell:
    """How long a falling curve stays in a band.

    It enters at `enters` and leaves for good at `leaves`.  `ratio` is the range of n spent there, divided by
    the range it would have taken at the pace of its fall before the band: 1 for a straight fall, more for a
    plateau.
    """

    enters: float
    leaves: float
    ratio: float


def dwell(n: ArrayLike, values: ArrayLike, low: float, high: float) -> Dwell:
    """Measure a curve's (R,) stay between `low` and `high`, with straight lines between its points.

    Raises
    ------
    ValueError
        If the curve does not start above the band, or does not enter it.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    if values[0] <= high or values.min() > high:
        raise ValueError(
            f"values must fall from above {high} into the band, got {values[0]} to {values.min()}"
        )
    enters = _crossing(n, values, high, int(np.argmax(values <= high)))
    above = np.flatnonzero(values > low)
    leaves = float(n[-1]) if above[-1] == len(n) - 1 else _crossing(n, values, low, int(above[-1]) + 1)
    pace = (values[0] - high) / (enters - n[0])
    return Dwell(enters, leaves, float((leaves - enters) / ((high - low) / pace)))


def _crossing(n: np.ndarray, values: np.ndarray, level: float, after: int) -> float:
    """Where the line from the point before `after` to that point meets the level."""
    step = (values[after - 1] - level) / (values[after - 1] - values[after])
    return float(n[after - 1] + step * (n[after] - n[after - 1]))


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
    """Spread of points (K, P) within their groups, in units of the spread of a reference (S, P).

    The spread of a set is the typical distance between two of its members: the mean, or with `np.median` one
    that a few points far away do not decide.  Returns a ratio for every group that has at least three points;
    equal points count as they are.
    """
    points, groups = np.asarray(points, dtype=float), np.asarray(groups)
    reference, reference_groups = np.asarray(reference, dtype=float), np.asarray(reference_groups)
    return {
        int(group): float(
            typical(pdist(points[groups == group])) / typical(pdist(reference[reference_groups == group]))
        )
        for group, count in zip(*np.unique(groups, return_counts=True), strict=True)
        if count >= 3
    }


def distance_from_centre(
    points: ArrayLike, groups: ArrayLike, reference: ArrayLike, reference_groups: ArrayLike
) -> dict[int, float]:
    """Distance of points (K, P) from the centres of their groups, in units of the reference's own (S, P).

    A group's centre is the median of its reference points, coordinate by coordinate; distances are medians
    too.  Returns a ratio for every group with at least three points: 0 at the centre, 1 if spread like the
    reference.
    """
    points, groups = np.asarray(points, dtype=float), np.asarray(groups)
    reference, reference_groups = np.asarray(reference, dtype=float), np.asarray(reference_groups)
    ratios = {}
    for group, count in zip(*np.unique(groups, return_counts=True), strict=True):
        if count >= 3:
            own = reference[reference_groups == group]
            centre = np.median(own, axis=0)
            typical = np.median(np.linalg.norm(own - centre, axis=1))
            ratios[int(group)] = float(
                np.median(np.linalg.norm(points[groups == group] - centre, axis=1)) / typical
            )
    return ratios


def distance_from_mean_image(
    memories: ArrayLike, groups: ArrayLike, images: ArrayLike, digits: ArrayLike
) -> dict[int, float]:
    """How unlike their digit's mean image memories (K, N) are, in units of that digit's images (S, N).

    Unlikeness is 1 − correlation, and the medians over memories and over images are compared.  Returns a
    ratio for every group with at least three memories: 0 for the mean image, 1 if like a typical image.
    """
    groups, digits = np.asarray(groups), np.asarray(digits)
    memories, images = np.asarray(memories, dtype=float), np.asarray(images, dtype=float)
    ratios = {}
    for group, count in zip(*np.unique(groups, return_counts=True), strict=True):
        if count >= 3:
            own = images[digits == group]
            mean = directions(own.mean(axis=0))
            unlike = [np.median(1 - directions(each) @ mean) for each in (memories[groups == group], own)]
            ratios[int(group)] = float(unlike[0] / unlike[1])
    return ratios

"""Folds in two parameters: curves in the plane of n and temperature, asymmetry or overlap, and their cusps.

A fold is a point of the curve F = R = slope = 0 in z = (x, ℓ, n, second).  The curve is smooth there even
where its picture in the (n, second) plane turns back in a cusp, so it is followed in z by pseudo-arclength
continuation: a step along the tangent, then Newton's method across it.  A cusp, where three fixed points
merge, is a change of sign of the slope's derivative along the label nullcline, and is solved for along the
curve.
"""

from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from .linear import columns
from .parameters import CATEGORIES, Family, asymmetries, check_range, overlaps, temperatures
from .saddle_nodes import curvature, derivatives, folds_in_n, newton

_SLICES = 8
_LONGEST, _SHORTEST = 0.02, 1e-5
_MOST_STEPS = 4000
_SAME_CURVE = 0.02
_SMOOTH = 0.9
"""Smallest cosine between the tangents of neighbouring points."""


class Box(NamedTuple):
    """The part of the (n, second) plane that is looked at."""

    low_n: float
    high_n: float
    low: float
    high: float

    @property
    def scale(self) -> np.ndarray:
        """Typical sizes of (x, ℓ, n, second), to measure arc length in."""
        return np.array([1.0, 1.0, self.high_n - self.low_n, self.high - self.low])


def fold_curves(
    aa, ab, bb, *, temperature_range, n_range=(2, 100), copies=1, categories=CATEGORIES
) -> xr.Dataset:
    """Fold curves and cusps in the plane of n and temperature (in the units of the overlaps).

    Between the curves the number of fixed points is constant: "one saddle or several".  Only folds with
    |ℓ| < 1 are followed; curves that none of eight evenly spaced temperatures meets are missed.

    Returns, over ``step``: n, temperature, alpha, alpha_b, ell and ``curve``, the number of the curve; over
    ``cusp``: cusp_n, cusp_temperature, cusp_alpha, cusp_alpha_b, cusp_ell.
    """
    box = Box(*check_range("n_range", n_range, 1), *check_range("temperature_range", temperature_range, 0))
    return _dataset("temperature", *trace(temperatures(aa, ab, bb, copies, categories), box))


def asymmetry_curves(
    mean, ab, *, temperature, asymmetry_range, n_range=(2, 100), copies=1, categories=CATEGORIES
) -> xr.Dataset:
    """Fold curves in the plane of n and the asymmetry AA − BB, at fixed (AA + BB)/2 = ``mean``.

    They unfold the pitchforks of AA = BB (see `hopcore.reduced.pitchforks`), which are their cusps.  As
    `fold_curves`, with ``asymmetry`` in place of temperature.
    """
    box = Box(*check_range("n_range", n_range, 1), *check_range("asymmetry_range", asymmetry_range))
    family = asymmetries(mean, ab, (box.low, box.high), temperature, copies, categories)
    return _dataset("asymmetry", *trace(family, box))


def overlap_curves(
    aa, bb, *, temperature, ab_range, n_range=(2, 100), copies=1, categories=CATEGORIES
) -> xr.Dataset:
    """Fold curves in the plane of n and AB; as `fold_curves`, with ``ab`` in place of temperature."""
    box = Box(*check_range("n_range", n_range, 1), *check_range("ab_range", ab_range))
    family = overlaps(aa, bb, (box.low, box.high), temperature, copies, categories)
    return _dataset("ab", *trace(family, box))


def trace(family: Family, box: Box) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Every fold curve of a family in a box, as arrays (step, 4) of z, and the cusps on them."""
    found: list[np.ndarray] = []
    margin = (box.high - box.low) / (2 * _SLICES)
    for second in np.linspace(box.low + margin, box.high - margin, _SLICES):
        for fold in folds_in_n(family, second, box.low_n, box.high_n):
            away = [np.linalg.norm((curve - fold.z) / box.scale, axis=1).min() for curve in found]
            if fold.width == 0 and abs(fold.z[1]) < 1 and min(away, default=np.inf) >= _SAME_CURVE:
                found.append(_follow_both_ways(fold.z, family, box))
    return found, [cusp for curve in found for cusp in _cusps(curve, family, box)]


def _follow_both_ways(z: np.ndarray, family: Family, box: Box) -> np.ndarray:
    tangent = _tangent(z, family, box)
    ahead, closed = _follow(z, tangent, family, box)
    if closed:
        return np.array([z, *ahead, z])
    behind, _ = _follow(z, -tangent, family, box)
    return np.array([*behind[::-1], z, *ahead])


def _tangent(z: np.ndarray, family: Family, box: Box) -> np.ndarray:
    """The unit tangent of the fold curve in scaled coordinates."""
    return np.linalg.svd(derivatives(z, family) * box.scale)[2][-1]


def _step(z, tangent, length: float, family: Family, box: Box) -> tuple[np.ndarray, bool]:
    """The fold a length further along the tangent, corrected across it."""
    return newton(z + length * tangent * box.scale, tangent / box.scale, family)


def _follow(
    start: np.ndarray, tangent: np.ndarray, family: Family, box: Box
) -> tuple[list[np.ndarray], bool]:
    """Folds from one on, until the box or the range |ℓ| < 1 is left, or the curve closes."""
    z, length, curve = start, _LONGEST, list[np.ndarray]()
    while len(curve) < _MOST_STEPS and length > _SHORTEST:
        following, converged = _step(z, tangent, length, family, box)
        turned = _tangent(following, family, box) if converged else tangent
        turned = turned * np.sign(turned @ tangent)
        if not converged or turned @ tangent < _SMOOTH:
            length /= 2
            continue
        if not (box.low_n <= following[2] <= box.high_n and box.low <= following[3] <= box.high):
            break
        z, tangent = following, turned
        if len(curve) > 2 and np.linalg.norm((z - start) / box.scale) < length:
            return curve, True
        curve.append(z)
        length = min(1.5 * length, _LONGEST)
    return curve, False


def _cusps(curve: np.ndarray, family: Family, box: Box) -> list[np.ndarray]:
    """The points of a curve where three fixed points merge."""
    sign = np.sign(curvature(curve, family))
    found = []
    for at in np.flatnonzero(sign[1:] != sign[:-1]):
        chord = (curve[at + 1] - curve[at]) / box.scale
        length = np.linalg.norm(chord)

        def between(share, here=curve[at], along=chord / length, length=length):
            return _step(here, along, share * length, family, box)[0]

        share = brentq(lambda share, between=between: curvature(between(share), family), 0, 1, xtol=1e-13)
        found.append(between(share))
    return found


def _dataset(second: str, found: list[np.ndarray], cusps: list[np.ndarray]) -> xr.Dataset:
    z, turn = np.concatenate([np.empty((0, 4)), *found]), np.array(cusps).reshape(-1, 4)
    number = np.repeat(np.arange(len(found)), [len(curve) for curve in found]).astype(int)
    return xr.Dataset(
        {
            "n": ("step", z[:, 2]),
            second: ("step", z[:, 3]),
            **columns("step", z[:, 0], z[:, 1]),
            "curve": ("step", number),
            "cusp_n": ("cusp", turn[:, 2]),
            f"cusp_{second}": ("cusp", turn[:, 3]),
            **columns("cusp", turn[:, 0], turn[:, 1], "cusp_"),
        }
    )

"""Folds (saddle-nodes), where a stable and an unstable fixed point are born: their equations, and all in n.

At a fold the flow and its slope along the label nullcline vanish together.  For z = (x, ℓ, n, second), with
a second parameter of any family (temperature, asymmetry, overlap), the three conditions are

    F = 0,      R = 0,      F_x − F_ℓ R_x/R_ℓ = 0

(the last one is the Jacobian's determinant over g R_ℓ: a zero eigenvalue).

All three are explicit functions of z, so one complex step per variable gives their derivatives to rounding,
and Newton's method converges quadratically.  Where the label is clipped, ℓ = ±1 replaces R = 0 and the
slope is F_x.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr

from .._checks import check_positive
from .equilibria import fixed_points, vanishing_pairs
from .linear import columns, linearise, slow_slope
from .parameters import CATEGORIES, Family, broadcast, check_range, temperatures

_PER_DECADE = 250
_SECTIONS = 24
_PASSES = 12
_STEP = 1e-30
_NEWTON_STEPS = 30
_TOLERANCE = 1e-12


def folds(aa, ab, bb, *, temperature, copies=1, n_range=(2, 100), categories=CATEGORIES) -> xr.Dataset:
    """Every fold in a range of n: where two fixed points of the reduced system merge and vanish.

    Each is bracketed by a change in the number of fixed points and then solved to rounding.  Two folds closer
    than 1 % in n can be missed.  Where there is no regular solution n is only bracketed: at a pitchfork
    (AA = BB, see `hopcore.reduced.pitchforks`), and for very unequal or nearly orthogonal images where two
    fixed points merge at a kink of the flow (the label gets clipped or a coefficient changes sign).

    Returns, over ``fold``, ordered by n: n, alpha, alpha_b, ell; ``opens``, True where the two fixed points
    exist above that n, False where they exist below; ``flow`` and ``slope``, what is left of the two
    conditions; ``width``, the size of the bracket where n is only bracketed, else 0.

    ValueError if an argument is out of range (see `ReducedSystem`).

    Examples
    --------
    >>> import hopcore
    >>> found = hopcore.folds(753, 494, 719, temperature=700, n_range=(2, 60))
    >>> found.n.values.round(1).tolist()
    [2.8, 15.1, 29.8]
    """
    family = temperatures(aa, ab, bb, copies, categories)
    temperature = check_positive("temperature", temperature)
    found = folds_in_n(family, temperature, *check_range("n_range", n_range, 1))
    z = np.array([fold.z for fold in found]).reshape(-1, 4)
    left = conditions(z, family)
    return xr.Dataset(
        {
            "n": ("fold", z[:, 2]),
            **columns("fold", z[:, 0], z[:, 1]),
            "opens": ("fold", np.array([fold.opens for fold in found], dtype=bool)),
            "flow": ("fold", left[:, 0]),
            "slope": ("fold", left[:, 2]),
            "width": ("fold", np.array([fold.width for fold in found])),
        },
        attrs=dict(aa=aa, ab=ab, bb=bb, temperature=temperature, copies=copies, categories=categories),
    )


class Fold(NamedTuple):
    """A fold at z = (x, ℓ, n, second), whether its pair exists above its n, and the uncertainty of n."""

    z: np.ndarray
    opens: bool
    width: float


class Bracket(NamedTuple):
    """Powers with and without a pair of fixed points, and the place between the two."""

    present: float
    absent: float
    position: float
    ell: float


def folds_in_n(family: Family, second: float, low: float, high: float) -> list[Fold]:
    """Every fold between two powers n for one member of a family, ordered by n."""
    samples = np.geomspace(low, high, max(2, round(_PER_DECADE * np.log10(high / low))))
    found = [locate(bracket, family, second) for bracket in _brackets(samples, family, second)]
    return sorted(found, key=lambda fold: fold.z[2])


def _brackets(n: np.ndarray, family: Family, second: float) -> Iterator[Bracket]:
    """A bracket for each pair of fixed points that one power has and a neighbouring one has not."""
    points = fixed_points(broadcast(family(n, np.full_like(n, second))))
    counts = np.bincount(points.system, minlength=n.size)
    for at in np.flatnonzero(np.diff(counts)):
        more, fewer = (at, at + 1) if counts[at] > counts[at + 1] else (at + 1, at)
        position, ell = points.position[points.system == more], points.ell[points.system == more]
        for lower in vanishing_pairs(position, points.position[points.system == fewer]):
            pair = slice(lower, lower + 2)
            yield Bracket(n[more], n[fewer], position[pair].mean(), ell[pair].mean())


def locate(bracket: Bracket, family: Family, second: float) -> Fold:
    """The fold in a bracket: by Newton's method if it ends inside, else after cutting the bracket down."""
    opens = bracket.present > bracket.absent
    for _ in range(_PASSES):
        start = np.array([bracket.position, bracket.ell, bracket.present, second])
        z, converged = newton(start, np.array([0.0, 0.0, 0.0, 1.0]), family)
        if converged and (z[2] - bracket.present) * (z[2] - bracket.absent) <= 0:
            return Fold(z, opens, 0.0)
        low, high = sorted((bracket.present, bracket.absent))
        cuts = np.linspace(low, high, _SECTIONS)
        inner = [each for each in _brackets(cuts, family, second) if (each.present > each.absent) == opens]
        if not inner:
            break
        bracket = min(inner, key=lambda each: abs(each.position - bracket.position))
    z = np.array([bracket.position, bracket.ell, bracket.present, second])
    return Fold(z, opens, abs(bracket.present - bracket.absent))


def conditions(z: np.ndarray, family: Family) -> np.ndarray:
    """(F, R, slope) for z = (x, ℓ, n, second), both on the last axis; R is 0 where the label is clipped."""
    position, ell, n, second = np.moveaxis(z, -1, 0)
    lin = linearise(position, ell, family(n, second))
    label = np.where(np.abs(ell.real) < 1, lin.label, 0.0)
    return np.stack([lin.flow, label, slow_slope(lin, ell)], axis=-1)


def derivatives(z: np.ndarray, family: Family) -> np.ndarray:
    """The derivatives (..., condition, variable) of the conditions."""
    along = [conditions(z + 1j * _STEP * unit, family).imag / _STEP for unit in np.eye(4)]
    return np.stack(along, axis=-1)


def newton(start: np.ndarray, direction: np.ndarray, family: Family) -> tuple[np.ndarray, bool]:
    """The fold nearest ``start`` on the plane through it across ``direction``, and whether it was reached.

    A fold with the label clipped at ±1 is found from a start there, one with a free label from any other.
    """
    clipped = abs(start[1]) == 1
    rows, free = ([0, 2], [0, 2, 3]) if clipped else ([0, 1, 2], [0, 1, 2, 3])
    z, step = start.copy(), np.zeros(4)
    for _ in range(_NEWTON_STEPS):
        if z[2] <= 1 or not (clipped or abs(z[1]) < 1):
            break
        with np.errstate(all="ignore"):
            value = np.append(conditions(z, family)[rows], direction @ (z - start))
            matrix = np.vstack([derivatives(z, family)[rows], direction])[:, free]
        step[free] = _newton_step(matrix, value)
        z = z + step
        if (np.abs(step) <= _TOLERANCE * (1 + np.abs(z))).all():
            return z, True
    return z, False


def _newton_step(matrix: np.ndarray, value: np.ndarray) -> np.ndarray:
    """−matrix⁻¹ value; nan, which ends the iteration unconverged, where there is none."""
    try:
        return np.linalg.solve(matrix, -value)
    except np.linalg.LinAlgError:
        return np.full_like(value, np.nan)


def curvature(z: np.ndarray, family: Family) -> np.ndarray:
    """The slope's derivative along the label nullcline: 0 where three fixed points merge (a cusp)."""
    rates = derivatives(z, family)
    return rates[..., 2, 0] - rates[..., 2, 1] * rates[..., 1, 0] / rates[..., 1, 1]

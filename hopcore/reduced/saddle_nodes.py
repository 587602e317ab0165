"""Every fold (saddle-node) of the reduced system in n, at one temperature."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr

from .._checks import check_positive
from .constraint import columns
from .equilibria import FixedPoints, fixed_points
from .fold_conditions import conditions, newton
from .matching import vanishing_pairs
from .parameters import CATEGORIES, Family, broadcast, check_range, temperatures

_PER_DECADE = 250
_SECTIONS = 24
_PASSES = 12


def folds(aa, ab, bb, *, temperature, copies=1, n_range=(2, 100), categories=CATEGORIES) -> xr.Dataset:
    """Every fold in a range of n: where two fixed points of the reduced system merge and vanish.

    Each is bracketed by a change in the number of fixed points and then solved as a zero of the flow and of
    its slope along the label nullcline at once (see `hopcore.reduced.fold_conditions`), to rounding.  Two
    folds closer than 1 % in n can be missed.  Where that has no regular solution n is only bracketed: at a
    pitchfork (AA = BB, see `hopcore.reduced.pitchforks`), and for very unequal or nearly orthogonal images
    where two fixed points merge at a kink of the flow (the label gets clipped or a coefficient changes sign).

    Returns
    -------
    xarray.Dataset
        Over ``fold``, ordered by n: n, alpha, alpha_b, ell; ``opens``, True where the two fixed points
        exist above that n, False where they exist below; ``flow`` and ``slope``, what is left of the two
        conditions; ``width``, the size of the bracket where n is only bracketed, else 0.

    Raises
    ------
    ValueError
        If an argument is out of range (see `ReducedSystem`).

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
    points: FixedPoints = fixed_points(broadcast(family(n, np.full_like(n, second))))
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

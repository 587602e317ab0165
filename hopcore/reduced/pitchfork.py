"""The exact pitchforks of AA = BB, where the even mixture α = 1/2, ℓ = 0 changes its stability.

There p = q = P = (AA + AB)/(2T̃) and u = v = U = Pⁿ, and the mixture is a fixed point at every n and T.
Its slope along the label nullcline (see `hopcore.reduced.linear`) is, with ρ = (AA − AB)/(AA + AB),
c = (C − 2)/2 and D = d log φ/ds,

    df/dα = −1 + ρ h(U),      h(U) = n − 1 + n U D(U) + n / (c (2n − 1) U φ(U)).

h grows without bound as U → 0 and as U → ∞, with one minimum between: the mixture is unstable at low and at
high temperature, and attracts in a window between two pitchforks, if at all.  Unequal norms unfold each
into a fold and a branch that passes by (`hopcore.reduced.asymmetry_curves`), with a cusp at AA = BB: the
folds move by |AA − BB|^(2/3).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.optimize import brentq, minimize_scalar

from .._checks import check_finite_array, check_integer, refuse
from .gradients import log_weight, weight_slope
from .parameters import (
    CATEGORIES,
    check_copies,
    check_n,
    check_overlaps,
    check_temperature,
)

_LOG_RANGE = (-200.0, 8.0)
"""log U between which h is searched: 1/(U φ(U)) is above 1e80 at both ends."""


def _silent(categories) -> float:
    """(C − 2)/2; with no silent category the even mixture has no gradient at all."""
    return (check_integer("categories", categories, minimum=3) - 2) / 2


def mixture_slope(n, temperature, aa, ab, *, copies=1, categories=CATEGORIES) -> float:
    """df/dα at the even mixture of two images with AA = BB: it attracts where this is negative."""
    aa, ab, _ = check_overlaps(aa, ab, aa)
    n, temperature = check_n(n), check_temperature(temperature)
    copies, silent = check_copies(copies), _silent(categories)
    return _slope(n, np.log(copies) + n * np.log((aa + ab) / (2 * temperature)), aa, ab, silent)


def _slope(n, log_u, aa, ab, silent) -> float:
    u = np.exp(log_u)
    pull = n / (silent * (2 * n - 1)) * np.exp(min(-log_u - float(log_weight(np.asarray(u), n)), 600.0))
    return float(-1 + (aa - ab) / (aa + ab) * (n - 1 + n * u * weight_slope(u, n) + pull))


def pitchfork_temperatures(n, aa, ab, *, copies=1, categories=CATEGORIES) -> np.ndarray:
    """The two temperatures at which the even mixture of images with AA = BB gains and loses stability.

    Returns (low, high): the mixture is the only saddle between them (near them, at least); nan where there
    is none.
    """
    aa, ab, _ = check_overlaps(aa, ab, aa)
    if ab <= -aa:
        raise refuse("ab", ab, f"above -aa = {-aa:g}")
    n, copies, silent = check_n(n), check_copies(copies), _silent(categories)

    def slope(log_u):
        return _slope(n, log_u, aa, ab, silent)

    lowest = minimize_scalar(slope, bounds=(-30.0, 5.0), method="bounded", options={"xatol": 1e-10}).x
    if not slope(lowest) < 0:
        return np.full(2, np.nan)
    logs = np.array([brentq(slope, lowest, end, xtol=1e-14) for end in _LOG_RANGE[::-1]])
    return (aa + ab) / 2 * np.exp((np.log(copies) - logs) / n)


def pitchforks(aa, ab, *, temperature, copies=1, n_range=(2, 100), categories=CATEGORIES) -> xr.Dataset:
    """Every power n in a range at which the even mixture of images with AA = BB changes its stability.

    Returns ``n`` and ``opens`` (True where the mixture is unstable above that n) over ``pitchfork``.
    """
    low, high = check_finite_array("n_range", n_range, shape=(2,))
    if not 1 < low < high:
        raise refuse("n_range", n_range, "two increasing numbers above 1")

    def slope(n):
        return mixture_slope(n, temperature, aa, ab, copies=copies, categories=categories)

    samples = np.geomspace(low, high, 400)
    values = np.array([slope(n) for n in samples])
    change = np.flatnonzero((values[1:] > 0) != (values[:-1] > 0))
    found = [brentq(slope, samples[at], samples[at + 1], xtol=1e-13) for at in change]
    return xr.Dataset(
        {"n": ("pitchfork", np.array(found, dtype=float)), "opens": ("pitchfork", values[change + 1] > 0)},
        attrs={"aa": aa, "ab": ab, "temperature": temperature, "copies": copies, "categories": categories},
    )

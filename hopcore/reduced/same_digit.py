"""One memory and two images of one digit: which mixtures are at rest, and where the even one gives way.

All C labels agree on both images, so each image pulls with the same weight φ (see
`hopcore.reduced.gradients`), ∇_A ∝ φ(u) pⁿ⁻¹ and ∇_B ∝ φ(v) qⁿ⁻¹, once the labels are ±1.  A memory
α A + (1 − α) B rests where its gradient is along itself:

    F(α) = log φ(u) + (n − 1) log p − log φ(v) − (n − 1) log q − log(α/(1 − α)) = 0,

and is stable where F falls.  For AA = BB the even mixture rests at every n and T, with the slope

    F'(1/2) = 4 {ρ [n − 1 + n U D(U)] − 1},      ρ = (AA − AB)/(AA + AB),   U = ((AA + AB)/2T)ⁿ:

the h of `hopcore.reduced.pitchfork` without the pull of the label, which is not free here.  As D < 0 wherever
n U D(U) counts, the mixture gives way at high temperature and at n > 1 + 1/ρ only.
"""

import numpy as np
import xarray as xr
from scipy.optimize import brentq
from scipy.special import expit

from .._checks import check_above, check_finite_array, check_positive, refuse
from .equilibria import bisect
from .gradients import log_weight, weight_slope
from .parameters import check_overlaps

_NODES = 800
_LOG_RANGE = (-200.0, 8.0)


def same_digit_mixtures(aa, ab, bb, *, n, temperature) -> xr.Dataset:
    """Every mixture α A + (1 − α) B, 0 < α < 1, at which a memory of two images of one digit rests.

    Returns ``alpha`` and ``stable`` over ``point``, ordered by α; a prototype's α can round to 0 or 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or AB ≤ 0 (a memory need then not activate both images).
    """
    aa, ab, bb = check_overlaps(aa, ab, bb)
    if ab <= 0:
        raise refuse("ab", ab, "above 0")
    n, temperature = check_above("n", n, 1), check_positive("temperature", temperature)

    def drive(odds):
        """F without its last term, at α/(1 − α) = e^odds."""
        alpha, rest = expit(odds), expit(-odds)
        p, q = (alpha * aa + rest * ab) / temperature, (alpha * ab + rest * bb) / temperature
        return log_weight(p**n, n) - log_weight(q**n, n) + (n - 1) * np.log(p / q)

    # F = drive − odds: no root lies beyond the largest drive; nodes are densest around the even mixture
    farthest = 1 + np.abs(drive(np.linspace(-20, 20, _NODES))).max()
    grid = np.sinh(np.linspace(-1, 1, _NODES) * np.arcsinh(farthest))
    value = drive(grid) - grid
    at = np.flatnonzero((value[1:] > 0) != (value[:-1] > 0))
    rising = value[at + 1] > 0
    sign = np.where(rising, 1, -1)
    low, high = bisect(lambda odds, rows: sign[rows] * (drive(odds) - odds), grid[at], grid[at + 1])
    return xr.Dataset({"alpha": ("point", expit((low + high) / 2)), "stable": ("point", ~rising)})


def prototype_onset(n, aa, ab):
    """The temperature above which the even mixture of two images of one digit (AA = BB) is unstable.

    Parameters
    ----------
    n : array_like
        Powers, above 1.
    aa, ab : float
        ⟨A|A⟩ = ⟨B|B⟩ and ⟨A|B⟩ > 0.

    Returns
    -------
    numpy.ndarray or float
        T in the units of the overlaps, of the shape of n; nan for n ≤ 1 + (AA + AB)/(AA − AB), where the
        mixture is stable at every temperature.
    """
    powers = check_finite_array("n", n)
    if (powers <= 1).any():
        raise refuse("n", float(powers.min()), "above 1")
    aa, ab, _ = check_overlaps(aa, ab, aa)
    if ab <= 0:
        raise refuse("ab", ab, "above 0")
    share = (aa - ab) / (aa + ab)

    def slope(log_u, power):
        u = np.exp(log_u)
        return share * (power - 1 + power * u * weight_slope(u, power)) - 1

    def one(power):
        if slope(_LOG_RANGE[0], power) <= 0:
            return np.nan
        return (aa + ab) / 2 * np.exp(-brentq(slope, *_LOG_RANGE, args=(power,), xtol=1e-14) / power)

    return np.vectorize(one, otypes=[float])(powers)[()]

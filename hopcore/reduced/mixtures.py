"""The even mixture α = 1/2: where it gives way for two digits, for one digit, and where it costs too much.

For two digits with AA = BB there are exact pitchforks, where the mixture α = 1/2, ℓ = 0 changes stability.
There p = q = P = (AA + AB)/(2T̃) and u = v = U = Pⁿ, and the mixture is a fixed point at every n and T.
Its slope along the label nullcline (see `hopcore.reduced.linear`) is, with ρ = (AA − AB)/(AA + AB),
c = (C − 2)/2 and D = d log φ/ds,

    df/dα = −1 + ρ h(U),      h(U) = n − 1 + n U D(U) + n / (c (2n − 1) U φ(U)).

h grows without bound as U → 0 and as U → ∞, with one minimum between: the mixture is unstable at low and at
high temperature, and attracts in a window between two pitchforks, if at all.  Unequal norms unfold each
into a fold and a branch that passes by (`hopcore.reduced.asymmetry_curves`), with a cusp at AA = BB: the
folds move by |AA − BB|^(2/3).

For two images of one digit all C labels agree on both, so each image pulls with the same weight φ (see
`hopcore.reduced.gradients`), ∇_A ∝ φ(u) pⁿ⁻¹ and ∇_B ∝ φ(v) qⁿ⁻¹, once the labels are ±1.  A memory
α A + (1 − α) B rests where its gradient is along itself:

    F(α) = log φ(u) + (n − 1) log p − log φ(v) − (n − 1) log q − log(α/(1 − α)) = 0,

and is stable where F falls.  For AA = BB the even mixture rests at every n and T, with the slope
F'(1/2) = 4 {ρ [n − 1 + n U D(U)] − 1}: without the pull of the label, which is not free here.  As D < 0
wherever n U D(U) counts, the mixture gives way at high temperature and at n > 1 + 1/ρ only.
"""

import numpy as np
import xarray as xr
from scipy.optimize import brentq
from scipy.special import expit

from .._checks import check_above, check_finite_array, check_positive, refuse
from .equilibria import bisect
from .gradients import log_weight, weight_slope
from .parameters import CATEGORIES, check_numbers, check_overlaps, check_range

_NODES = 800
_LOG_RANGE = (-200.0, 8.0)


def mixture_slope(n, temperature, aa, ab, *, copies=1, categories=CATEGORIES) -> float:
    """df/dα at the even mixture of two images with AA = BB: it attracts where this is negative.

    There have to be three categories or more: without a silent one the even mixture has no gradient at all.
    """
    aa, ab, _ = check_overlaps(aa, ab, aa)
    n, temperature = check_above("n", n, 1), check_positive("temperature", temperature)
    copies, categories = check_numbers(copies, categories, least=3)
    log_u = np.log(copies) + n * np.log((aa + ab) / (2 * temperature))
    u = np.exp(log_u)
    pull = 2 / (categories - 2) * n / (2 * n - 1) * np.exp(min(-log_u - float(log_weight(u, n)), 600.0))
    return float(-1 + (aa - ab) / (aa + ab) * (n - 1 + n * u * weight_slope(u, n) + pull))


def pitchforks(aa, ab, *, temperature, copies=1, n_range=(2, 100), categories=CATEGORIES) -> xr.Dataset:
    """Every power n in a range at which the even mixture of images with AA = BB changes its stability.

    Returns ``n`` and ``opens`` (True where the mixture is unstable above that n) over ``pitchfork``.
    """

    def slope(n):
        return mixture_slope(n, temperature, aa, ab, copies=copies, categories=categories)

    samples = np.geomspace(*check_range("n_range", n_range, 1), 400)
    values = np.array([slope(n) for n in samples])
    change = np.flatnonzero((values[1:] > 0) != (values[:-1] > 0))
    found = [brentq(slope, samples[at], samples[at + 1], xtol=1e-13) for at in change]
    return xr.Dataset(
        {"n": ("pitchfork", np.array(found, dtype=float)), "opens": ("pitchfork", values[change + 1] > 0)},
        attrs=dict(aa=aa, ab=ab, temperature=temperature, copies=copies, categories=categories),
    )


def same_digit_mixtures(aa, ab, bb, *, n, temperature) -> xr.Dataset:
    """Every mixture α A + (1 − α) B, 0 < α < 1, at which a memory of two images of one digit rests.

    Returns ``alpha`` and ``stable`` over ``point``, ordered by α; a prototype's α can round to 0 or 1.

    ValueError if an argument is out of range, or AB ≤ 0 (a memory need then not activate both images).
    """
    aa, ab, bb = check_overlaps(aa, ab, bb)
    check_positive("ab", ab)
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

    Of powers ``n`` (…), above 1, and of ⟨A|A⟩ = ⟨B|B⟩ and ⟨A|B⟩ > 0; T is (…) in the units of the overlaps,
    nan for n ≤ 1 + (AA + AB)/(AA − AB), where the mixture is stable at every temperature.
    """
    powers = _powers(n)
    aa, ab, _ = check_overlaps(aa, ab, aa)
    check_positive("ab", ab)
    share = (aa - ab) / (aa + ab)

    def slope(log_u, power):
        u = np.exp(log_u)
        return share * (power - 1 + power * u * weight_slope(u, power)) - 1

    def one(power):
        if slope(_LOG_RANGE[0], power) <= 0:
            return np.nan
        return (aa + ab) / 2 * np.exp(-brentq(slope, *_LOG_RANGE, args=(power,), xtol=1e-14) / power)

    return np.vectorize(one, otypes=[float])(powers)[()]


def mixture_temperature(n, aa, ab):
    """The temperature T(n) at which one memory A costs as much as one memory (A + B)/2 (Fig. 6, white line).

    Two images with ⟨A|A⟩ = ⟨B|B⟩ = ``aa`` share a category.  A memory A with label 1 scores A perfectly and
    misses B, whose score is 0 while its target is 1: cost 1 per label.  The mixture scores both images by
    tanh(((AA + AB)/2T)ⁿ), cost 2 (1 − tanh)^(2n).  Equal costs give

        T(n) = (AA + AB) / (2 [artanh(1 − 2^(−1/(2n)))]^(1/n)).

    Prototypes are cheaper above T(n), mixtures below.  It assumes (AA/T)ⁿ ≫ 1 ≫ (AB/T)ⁿ and cost power m = n.

    Of powers ``n`` (…), above 1, and of overlaps ⟨A|A⟩ > 0 and ⟨A|B⟩, |ab| ≤ aa and ab > −aa; T is (…) in the
    units of the overlaps.

    Examples
    --------
    >>> import hopcore
    >>> hopcore.mixture_temperature([5, 20], aa=753, ab=494).round(1).tolist()
    [1070.4, 764.0]
    """
    n = _powers(n)
    aa, ab = check_positive("aa", aa), float(check_finite_array("ab", ab, shape=()))
    if not -aa < ab <= aa:
        raise refuse("ab", ab, f"above -aa = {-aa:g} and at most aa = {aa:g}")
    score = -np.expm1(-np.log(2) / (2 * n))
    return ((aa + ab) / (2 * np.arctanh(score) ** (1 / n)))[()]


def _powers(n) -> np.ndarray:
    n = check_finite_array("n", n)
    if (n <= 1).any():
        raise refuse("n", float(n.min()), "above 1")
    return n

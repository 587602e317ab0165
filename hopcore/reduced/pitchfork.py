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

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from .._checks import check_above, check_positive
from .gradients import log_weight, weight_slope
from .parameters import CATEGORIES, check_numbers, check_overlaps, check_range


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

"""Where a pure image costs as much as an equal mixture of two images (the white line of Fig. 6)."""

import numpy as np

from .._checks import check_finite_array, check_positive, refuse


def mixture_temperature(n, aa, ab):
    """The temperature T(n) at which one memory A costs as much as one memory (A + B)/2.

    Two images with ⟨A|A⟩ = ⟨B|B⟩ = ``aa`` share a category.  A memory A with label 1 scores A perfectly and
    misses B, whose score is 0 while its target is 1: cost 1 per label.  The mixture scores both images by
    tanh(((AA + AB)/2T)ⁿ), cost 2 (1 − tanh)^(2n).  Equal costs give

        T(n) = (AA + AB) / (2 [artanh(1 − 2^(−1/(2n)))]^(1/n)).

    Prototypes are cheaper above T(n), mixtures below.  It assumes (AA/T)ⁿ ≫ 1 ≫ (AB/T)ⁿ and cost power m = n.

    Parameters
    ----------
    n : array_like
        Power of the rectified polynomial, above 1.
    aa, ab : float
        Overlaps ⟨A|A⟩ > 0 and ⟨A|B⟩, |ab| ≤ aa and ab > −aa.

    Returns
    -------
    numpy.ndarray or float
        T in the units of the overlaps, of the shape of n.

    Examples
    --------
    >>> import hopcore
    >>> hopcore.mixture_temperature([5, 20], aa=753, ab=494).round(1).tolist()
    [1070.4, 764.0]
    """
    n = check_finite_array("n", n)
    if (n <= 1).any():
        raise refuse("n", float(n.min()), "above 1")
    aa, ab = check_positive("aa", aa), float(check_finite_array("ab", ab, shape=()))
    if not -aa < ab <= aa:
        raise refuse("ab", ab, f"above -aa = {-aa:g} and at most aa = {aa:g}")
    score = -np.expm1(-np.log(2) / (2 * n))
    return ((aa + ab) / (2 * np.arctanh(score) ** (1 / n)))[()]

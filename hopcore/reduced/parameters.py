"""The parameters of the reduced system, without units."""

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np

from .._checks import check_finite_array, check_integer, check_positive, check_real, refuse

CATEGORIES = 10
"""C, the categories of the network: 10 whatever digits are learnt."""

_LARGEST = 2**53
"""Up to here every whole number is a float."""


class Parameters(NamedTuple):
    """Overlaps in units of T̃ = T / K^(1/n), the power n and the weight of the silent categories.

    K identical memories in one act like one memory at T̃, as Σ_μ a_μⁿ = K (h/T)ⁿ = (h/T̃)ⁿ.  Every field is a
    number or an array; arrays broadcast, so that one call treats many systems.
    """

    aa: np.ndarray
    ab: np.ndarray
    bb: np.ndarray
    n: np.ndarray
    silent: np.ndarray
    """(C − 2)/2: the silent categories (all but the two of A and B) per label of the pair; 4 for C = 10."""

    def reshape(self, *shape: int) -> Self:
        """The same parameters with every field in another shape."""
        return type(self)(*(np.reshape(field, shape) for field in self))

    def take(self, index: np.ndarray) -> Self:
        """The parameters of some of the systems; every field must be an array."""
        return type(self)(*(field[index] for field in self))


def parameters(aa, ab, bb, n, temperature, copies=1, categories=CATEGORIES) -> Parameters:
    """Parameters without units from overlaps and temperature in the same units; nothing is checked."""
    effective = temperature / copies ** (1 / n)
    return Parameters(aa / effective, ab / effective, bb / effective, n, (categories - 2) / 2)


Family = Callable[..., Parameters]
"""(n, second) -> the parameters of a one-parameter family of systems at power n; accepts complex numbers."""


def temperatures(aa, ab, bb, copies, categories) -> Family:
    """The family of two images' systems over the temperature; their overlaps and the numbers are checked."""
    aa, ab, bb = check_overlaps(aa, ab, bb)
    numbers = check_numbers(copies, categories)
    return lambda n, temperature: parameters(aa, ab, bb, n, temperature, *numbers)


def asymmetries(mean, ab, ends, temperature, copies, categories) -> Family:
    """The family over the asymmetry AA − BB, between two ends, at fixed (AA + BB)/2 and temperature."""
    mean, temperature = check_positive("mean", mean), check_positive("temperature", temperature)
    numbers = check_numbers(copies, categories)
    for end in ends:
        check_overlaps(mean + end / 2, ab, mean - end / 2)
    return lambda n, delta: parameters(mean + delta / 2, ab, mean - delta / 2, n, temperature, *numbers)


def overlaps(aa, bb, ends, temperature, copies, categories) -> Family:
    """The family over the overlap AB, between two ends, at one temperature."""
    temperature, numbers = check_positive("temperature", temperature), check_numbers(copies, categories)
    for end in ends:
        aa, _, bb = check_overlaps(aa, end, bb)
    return lambda n, ab: parameters(aa, ab, bb, n, temperature, *numbers)


def broadcast(par: Parameters) -> Parameters:
    """The same parameters with every field an array of one common shape, at least one-dimensional."""
    return Parameters(*(np.array(field, dtype=float) for field in np.broadcast_arrays(*np.atleast_1d(*par))))


def check_overlaps(aa: float, ab: float, bb: float) -> tuple[float, float, float]:
    """The overlaps ⟨A|A⟩, ⟨A|B⟩, ⟨B|B⟩ as floats; refused if no two images can have them."""
    aa, bb = check_positive("aa", aa), check_positive("bb", bb)
    ab = check_real("ab", ab)
    if ab * ab > aa * bb * (1 + 1e-12):
        limit = f"between ±√(aa·bb) = ±{np.sqrt(aa * bb):.6g} (Cauchy–Schwarz: no two images overlap more)"
        raise refuse("ab", ab, limit)
    return aa, ab, bb


def check_range(name: str, ends: Any, above: float | None = None) -> tuple[float, float]:
    """The two ends of a range, the first one above a bound if there is one."""
    low, high = check_finite_array(name, ends, shape=(2,)).tolist()
    if not low < high or (above is not None and low <= above):
        raise refuse(name, ends, "two increasing numbers" + ("" if above is None else f" above {above:g}"))
    return low, high


def check_numbers(copies: int, categories: int, least: int = 2) -> tuple[int, int]:
    """K, the identical memories, at least 1, and C, the categories, at least the two of A and B."""
    copies = check_integer("copies", copies, 1, _LARGEST)
    return copies, check_integer("categories", categories, least, _LARGEST)

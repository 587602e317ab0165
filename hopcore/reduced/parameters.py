"""The parameters of the reduced system, without units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._checks import (
    check_above,
    check_increasing,
    check_integer,
    check_positive,
    check_real,
    refuse,
)

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

    def reshape(self, *shape: int) -> Parameters:
        """The same parameters with every field in another shape."""
        return Parameters(*(np.reshape(field, shape) for field in self))

    def take(self, index: np.ndarray) -> Parameters:
        """The parameters of some of the systems; every field must be an array."""
        return Parameters(*(field[index] for field in self))


def parameters(aa, ab, bb, n, temperature, copies=1, categories=CATEGORIES) -> Parameters:
    """Parameters without units from overlaps and temperature in the same units; nothing is checked."""
    effective = temperature / copies ** (1 / n)
    return Parameters(aa / effective, ab / effective, bb / effective, n, (categories - 2) / 2)


def broadcast(par: Parameters) -> Parameters:
    """The same parameters with every field an array of one common shape, at least one-dimensional."""
    return Parameters(*(np.array(field, dtype=float) for field in np.broadcast_arrays(*np.atleast_1d(*par))))


def check_overlaps(aa: float, ab: float, bb: float) -> tuple[float, float, float]:
    """The overlaps ⟨A|A⟩, ⟨A|B⟩, ⟨B|B⟩ as floats; refused if no two images can have them."""
    aa, bb = check_positive("aa", aa), check_positive("bb", bb)
    ab = check_real("ab", ab)
    if ab * ab > aa * bb * (1 + 1e-12):
        limit = np.sqrt(aa * bb)
        raise refuse(
            "ab", ab, f"between ±√(aa·bb) = ±{limit:.6g} (Cauchy–Schwarz: no two images overlap more)"
        )
    return aa, ab, bb


def check_n(n: float) -> float:
    """The power n as a float above 1."""
    return check_above("n", n, 1)


def check_n_list(n) -> np.ndarray:
    """Increasing powers, all above 1, as an array."""
    array = check_increasing("n", n)
    if array[0] <= 1:
        raise refuse("n", float(array[0]), "a finite real number above 1")
    return array


def check_temperature(temperature: float) -> float:
    """The temperature T as a float above 0, in the units of the overlaps."""
    return check_positive("temperature", temperature)


def check_copies(copies: int) -> int:
    """The number K of identical memories, at least 1."""
    return check_integer("copies", copies, 1, _LARGEST)


def check_categories(categories: int) -> int:
    """The number C of categories, at least the two of A and B."""
    return check_integer("categories", categories, 2, _LARGEST)

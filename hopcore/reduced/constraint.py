"""The constraint |α_A| + |α_B| = 1 as a line: one position x for the three edges where learning can rest.

    x in [−1, 0]   α_A = x ≤ 0,      α_B = 1 + x     (positive branch, α_B = 1 − |α_A|)
    x in [0, 1]    α_A = x,          α_B = 1 − x     (positive branch)
    x in [1, 2]    α_A = 2 − x,      α_B = 1 − x ≤ 0 (negative branch, α_B = −(1 − |α_A|))

Exchanging A and B maps x to 1 − x.  On the fourth edge, α_A and α_B both negative, there is no fixed point:
a fixed point needs (∇_A, ∇_B) along (α_A, α_B), ∇_A < 0 only where ℓ < 0 and ∇_B < 0 only where ℓ > 0.
"""

from typing import NamedTuple

import numpy as np

FIRST, LAST = -1.0, 2.0
"""The ends of the line."""


class Place(NamedTuple):
    """α_A and α_B at a position, and their derivatives along the line (±1)."""

    alpha_a: np.ndarray
    alpha_b: np.ndarray
    slope_a: np.ndarray
    slope_b: np.ndarray


def place(position) -> Place:
    """α_A and α_B at positions on the line."""
    where = position.real
    return Place(
        np.where(where <= 1, position, 2 - position),
        np.where(where >= 0, 1 - position, 1 + position),
        np.where(where <= 1, 1.0, -1.0),
        np.where(where >= 0, -1.0, 1.0),
    )


def columns(dim: str, position, ell, prefix: str = "") -> dict:
    """α_A, α_B and ℓ along a dimension, as a dataset's variables `alpha`, `alpha_b` and `ell`."""
    at = place(position)
    values = {"alpha": at.alpha_a, "alpha_b": at.alpha_b, "ell": ell}
    return {prefix + name: (dim, each) for name, each in values.items()}

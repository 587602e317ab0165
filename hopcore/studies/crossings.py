"""Where a curve through points, joined by straight lines, passes a level for good."""

import numpy as np
from numpy.typing import ArrayLike


def stays_above(places: ArrayLike, values: ArrayLike, level: float) -> float:
    """The place from which a curve stays above a level; NaN if it is above it everywhere, or not at its end.

    The ``places`` (P,) come in the order in which the curve is followed, rising or falling.
    """
    places, values = np.array(places, dtype=float), np.array(values, dtype=float)
    below = np.flatnonzero(values <= level)
    if below.size == 0 or below[-1] == values.size - 1:
        return float("nan")
    here = slice(below[-1], below[-1] + 2)
    return float(np.interp(level, values[here], places[here]))


def stays_below(places: ArrayLike, values: ArrayLike, level: float) -> float:
    """The place from which a curve stays below a level; as `stays_above`."""
    return stays_above(places, -np.array(values, dtype=float), -level)

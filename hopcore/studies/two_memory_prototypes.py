"""From mixture to prototype with two images: starts, thresholds and steepness (paper, Fig. 6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hopcore.data import CATEGORIES, TrainingSet

_OWN, _OTHER = 0.5, -0.2  # of the two memories' starts (code)


def opposed_start(data: TrainingSet) -> tuple[np.ndarray, np.ndarray]:
    """Memories 0.5 A − 0.2 B and 0.5 B − 0.2 A (2, N), its own label +1, the others −1 (2, C)."""
    labels = np.full((2, CATEGORIES), -1.0)
    labels[[0, 1], data.digits] = 1.0
    return np.array([[_OWN, _OTHER], [_OTHER, _OWN]]) @ data.images, labels


def threshold(n: ArrayLike, values: ArrayLike, level: float) -> float:
    """The n from which a curve (R,) stays above a level, by straight lines between its points; else nan."""
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    below = np.flatnonzero(values <= level)
    if below.size == 0 or below[-1] == n.size - 1:
        return np.nan
    at = below[-1]
    share = (level - values[at]) / (values[at + 1] - values[at])
    return float(n[at] + share * (n[at + 1] - n[at]))


def line_power(n: ArrayLike, line: ArrayLike, temperature: float) -> float:
    """The n at which a falling line T(n) (R,) has this temperature; nan outside the line."""
    n, line = np.asarray(n, dtype=float), np.asarray(line, dtype=float)
    return float(np.interp(temperature, line[::-1], n[::-1], left=np.nan, right=np.nan))


def steepness(values: ArrayLike) -> float:
    """Largest step of a curve (R,) over its mean step: 1 if straight, R − 1 for a single jump."""
    steps = np.abs(np.diff(np.asarray(values, dtype=float)))
    return float(steps.max() / steps.mean())

"""Two memories that leave a saddle, beside the linearised flow there (paper, Fig. 5C–D and supplement)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.linalg import expm


@dataclass(frozen=True)
class Parting:
    """Two memories leaving a saddle, simulated and linearised.

    Differences are half the memories' difference in α and in ℓ.

    Attributes
    ----------
    epochs, simulated
        (E,) and (E, 2): the whole run.
    compared, linearised
        (C,) epochs between which the linearised flow was followed, and (C, 2) what it predicts.
    nearest
        Distance of the pair's mean from the saddle at the end of the comparison.
    growth, predicted
        Rates of growth per unit of rate × epochs: measured (over the later half of the logarithm), and the
        largest one of the flow.
    angle
        Between the difference and the flow's direction at the end, in degrees.
    error
        The largest relative error of `linearised`.
    """

    epochs: np.ndarray
    simulated: np.ndarray
    compared: np.ndarray
    linearised: np.ndarray
    nearest: float
    growth: float
    predicted: float
    angle: float
    error: float

    @property
    def growth_error(self) -> float:
        """Relative error of the predicted rate of growth."""
        return self.predicted / self.growth - 1


def parting(
    path: xr.Dataset, saddle: xr.Dataset, rate: float, *, near: float = 0.01, largest: float = 0.01
) -> Parting:
    """Compare a run of two memories with the linearised flow at a saddle.

    The flow is started with the simulated difference at the first epoch at which the pair's mean is within
    ``near`` of the saddle in both variables, and followed until the difference reaches ``largest``.

    Parameters
    ----------
    path : `paths` of a run of two memories that recorded every epoch.
    saddle : one point of `hopcore.reduced.splitting_flow`.

    Raises
    ------
    ValueError
        If the pair does not come that near before it parts, or does not part.
    """
    both = np.stack([path.alpha_a.values, path.ell.values], axis=-1)
    mean, difference = both.mean(axis=1), (both[:, 0] - both[:, 1]) / 2
    place = np.array([float(saddle.alpha), float(saddle.ell)])
    distance, size = np.abs(mean - place).max(axis=1), np.hypot(*difference.T)
    first, last = int((distance < near).argmax()), int((size > largest).argmax())
    if distance[first] >= near or size[last] <= largest or first >= last:
        raise ValueError(
            f"the pair must come within {near} of the saddle, then part by {largest}: it came within "
            f"{distance.min():.3g}, and parted by {size.max():.3g}"
        )
    steps = np.arange(last - first + 1)
    # one matrix exponential per epoch, multiplied up
    once = expm(saddle.matrix.values * rate)
    predicted = np.empty((steps.size, 2))
    predicted[0] = difference[first]
    for step in steps[1:]:
        predicted[step] = once @ predicted[step - 1]
    simulated = difference[first : last + 1]
    direction = saddle.direction.values
    cosine = abs(simulated[-1] @ direction) / size[last]
    # over the later half of the logarithm, where the growing direction dominates
    middle = first + int((size[first : last + 1] > np.sqrt(size[first] * size[last])).argmax())
    growth = np.log(size[last] / size[middle]) / (rate * (last - middle))
    return Parting(
        path.epoch.values,
        difference,
        path.epoch.values[first : last + 1],
        predicted,
        float(distance[last]),
        float(growth),
        float(saddle.growth),
        float(np.degrees(np.arccos(min(cosine, 1.0)))),
        float((np.hypot(*(predicted - simulated).T) / np.hypot(*simulated.T)).max()),
    )

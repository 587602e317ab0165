"""Phase diagrams over n and temperature, or n and AB: how many fixed points, and of which kind."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from .._checks import check_increasing
from .equilibria import FixedPoints, fixed_points
from .parameters import CATEGORIES, Parameters, broadcast, check_rising, overlaps, temperatures


def phase_diagram(aa, ab, bb, *, n, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """The number of fixed points for increasing lists of n and of temperature (in the units of the overlaps).

    One fixed point: learning passes one saddle, wherever it starts.  Three: one of two saddles, with an
    unstable one between them.  Returns ``count`` over n and temperature.
    """
    n, temperature = check_rising("n", n, 1), check_rising("temperature", temperature, 0)
    count = _count(temperatures(aa, ab, bb, copies, categories)(n[:, None], temperature))
    return xr.Dataset({"count": (("n", "temperature"), count)}, {"n": n, "temperature": temperature})


def overlap_diagram(aa, bb, *, n, ab, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """As `phase_diagram`, over increasing lists of n and of the overlap AB, at one temperature."""
    n, ab = check_rising("n", n, 1), check_increasing("ab", ab)
    family = overlaps(aa, bb, (ab[0], ab[-1]), temperature, copies, categories)
    count = _count(family(n[:, None], ab))
    return xr.Dataset({"count": (("n", "ab"), count)}, {"n": n, "ab": ab})


def labels_at_limit(aa, ab, bb, *, n, temperature, copies=2, categories=CATEGORIES) -> xr.Dataset:
    """Whether every stable fixed point has its label at ±1, over increasing lists of n and of temperature.

    There labels cannot differ, so copies that come together part by their coefficients or not at all (see
    `hopcore.reduced.splitting_flow`).  Returns ``at_limit`` over n and temperature.
    """
    n, temperature = check_rising("n", n, 1), check_rising("temperature", temperature, 0)
    par = temperatures(aa, ab, bb, copies, categories)(n[:, None], temperature)
    free = _count(par, lambda points: ~points.rising & (np.abs(points.ell) < 1))
    return xr.Dataset({"at_limit": (("n", "temperature"), free == 0)}, {"n": n, "temperature": temperature})


def _count(par: Parameters, chosen: Callable[[FixedPoints], np.ndarray] | None = None) -> np.ndarray:
    """The number of fixed points, of all or of those chosen, in the shape of the broadcast parameters."""
    par = broadcast(par)
    points = fixed_points(par.reshape(-1))
    system = points.system if chosen is None else points.system[chosen(points)]
    return np.bincount(system, minlength=par.n.size).reshape(par.n.shape)

"""Phase diagrams over n and temperature, or n and AB: how many fixed points, and of which kind."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .._checks import check_increasing, refuse
from .equilibria import fixed_points
from .parameters import (
    CATEGORIES,
    Parameters,
    broadcast,
    check_categories,
    check_copies,
    check_n_list,
    check_overlaps,
    check_temperature,
    parameters,
)


def phase_diagram(aa, ab, bb, *, n, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """The number of fixed points for increasing lists of n and of temperature (in the units of the overlaps).

    One fixed point: learning passes one saddle, wherever it starts.  Three: one of two saddles, with an
    unstable one between them.  Returns ``count`` over n and temperature.
    """
    aa, ab, bb = check_overlaps(aa, ab, bb)
    n, temperature = check_n_list(n), check_increasing("temperature", temperature)
    if temperature[0] <= 0:
        raise refuse("temperature", float(temperature[0]), "above 0")
    copies, categories = check_copies(copies), check_categories(categories)
    count = _count(parameters(aa, ab, bb, n[:, None], temperature, copies, categories))
    return xr.Dataset({"count": (("n", "temperature"), count)}, coords={"n": n, "temperature": temperature})


def overlap_diagram(aa, bb, *, n, ab, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """As `phase_diagram`, over increasing lists of n and of the overlap AB, at one temperature."""
    n, ab, temperature = check_n_list(n), check_increasing("ab", ab), check_temperature(temperature)
    for end in (ab[0], ab[-1]):
        aa, _, bb = check_overlaps(aa, end, bb)
    copies, categories = check_copies(copies), check_categories(categories)
    count = _count(parameters(aa, ab, bb, n[:, None], temperature, copies, categories))
    return xr.Dataset({"count": (("n", "ab"), count)}, coords={"n": n, "ab": ab})


def labels_at_limit(aa, ab, bb, *, n, temperature, copies=2, categories=CATEGORIES) -> xr.Dataset:
    """Whether every stable fixed point has its label at ±1, over increasing lists of n and of temperature.

    There labels cannot differ, so copies that come together part by their coefficients or not at all (see
    `hopcore.reduced.splitting_flow`).  Returns ``at_limit`` over n and temperature.
    """
    aa, ab, bb = check_overlaps(aa, ab, bb)
    n, temperature = check_n_list(n), check_increasing("temperature", temperature)
    if temperature[0] <= 0:
        raise refuse("temperature", float(temperature[0]), "above 0")
    copies, categories = check_copies(copies), check_categories(categories)
    par = broadcast(parameters(aa, ab, bb, n[:, None], temperature, copies, categories))
    shape, flat = par.n.shape, par.reshape(-1)
    points = fixed_points(flat)
    free = ~points.rising & (np.abs(points.ell) < 1)
    at_limit = np.bincount(points.system[free], minlength=flat.n.size).reshape(shape) == 0
    return xr.Dataset(
        {"at_limit": (("n", "temperature"), at_limit)}, coords={"n": n, "temperature": temperature}
    )


def _count(par: Parameters) -> np.ndarray:
    par = broadcast(par)
    shape = par.n.shape
    flat = par.reshape(-1)
    return np.bincount(fixed_points(flat).system, minlength=flat.n.size).reshape(shape)

"""Phase diagrams: how many fixed points there are, over n and temperature or over n and the overlap AB."""

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


def _count(par: Parameters) -> np.ndarray:
    par = broadcast(par)
    shape = par.n.shape
    flat = par.reshape(-1)
    return np.bincount(fixed_points(flat).system, minlength=flat.n.size).reshape(shape)

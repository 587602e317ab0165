"""Fixed points over a list of n, the curves that they form, and how many there are over two parameters."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from .._checks import check_increasing, check_positive
from .equilibria import FixedPoints, fixed_points, stability, vanishing_pairs
from .linear import columns, place
from .nullclines import strings
from .parameters import CATEGORIES, Parameters, broadcast, overlaps, temperatures
from .saddle_nodes import Bracket, locate

_PLACE = ("alpha", "alpha_b", "ell")


def bifurcation_diagram(aa, ab, bb, *, n, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """Every fixed point of the reduced system for each n of an increasing list (Fig. 5A of the paper).

    Returns, over ``n`` and ``point`` (ordered along the constraint, so by α; nan where there are fewer):
    alpha, alpha_b, ell, stable, growth (the largest real part of the eigenvalues), and ``arc``, a number that
    one fixed point keeps from its birth to its end (−1 where there is none).  ``count`` over n.  Over
    ``fold``, for each fold between two values of n: fold_n, fold_alpha, fold_alpha_b, fold_ell and, over
    ``side``, fold_arc, the two arcs that it joins.  `hopcore.reduced.curves` strings arcs and folds together.

    ValueError if an argument is out of range (see `ReducedSystem`) or n does not increase.

    Examples
    --------
    >>> import hopcore
    >>> diagram = hopcore.bifurcation_diagram(753, 494, 719, n=(20, 30, 40), temperature=700)
    >>> diagram['count'].values.tolist()
    [1, 3, 3]
    """
    family = temperatures(aa, ab, bb, copies, categories)
    n, temperature = check_increasing("n", n, 1), check_positive("temperature", temperature)
    par = broadcast(family(n, temperature))
    points = fixed_points(par)
    growth = stability(points, par)[:, 0].real
    count = np.bincount(points.system, minlength=n.size)
    order = np.arange(points.system.size) - np.repeat(np.cumsum(count) - count, count)

    def table(values, empty):
        filled = np.full((n.size, max(count.max(), 1)), empty)
        filled[points.system, order] = values
        return ("n", "point"), filled

    at = place(points.position)
    rows = np.split(np.arange(points.system.size), np.cumsum(count)[:-1])
    arc, joints = _arcs(rows, points.position)
    found = []
    for pair, absent in joints:
        middle = points.position[pair].mean(), points.ell[pair].mean()
        bracket = Bracket(n[points.system[pair[0]]], n[absent], *middle)
        found.append(locate(bracket, family, temperature))
    z = np.array([fold.z for fold in found]).reshape(-1, 4)
    joined = np.array([arc[pair] for pair, _ in joints], dtype=int).reshape(-1, 2)
    return xr.Dataset(
        {
            "alpha": table(at.alpha_a, np.nan),
            "alpha_b": table(at.alpha_b, np.nan),
            "ell": table(points.ell, np.nan),
            "stable": table(growth < 0, False),
            "growth": table(growth, np.nan),
            "arc": table(arc, -1),
            "count": ("n", count),
            "fold_n": ("fold", z[:, 2]),
            **columns("fold", z[:, 0], z[:, 1], "fold_"),
            "fold_arc": (("fold", "side"), joined),
        },
        coords={"n": n},
        attrs=dict(aa=aa, ab=ab, bb=bb, temperature=temperature, copies=copies, categories=categories),
    )


def _arcs(rows: list[np.ndarray], position: np.ndarray) -> tuple[np.ndarray, list[tuple[np.ndarray, int]]]:
    """The arc of every fixed point; for each fold the pair of points that it joins and the row without."""
    arc = np.empty(position.size, dtype=int)
    arc[rows[0]] = np.arange(rows[0].size)
    joints = []
    for at in range(1, len(rows)):
        before, after = rows[at - 1], rows[at]
        more, fewer = (before, after) if before.size > after.size else (after, before)
        pairs = [more[lower : lower + 2] for lower in vanishing_pairs(position[more], position[fewer])]
        kept = np.setdiff1d(more, pairs) if pairs else more
        if more is before:
            arc[after] = arc[kept]
        else:
            arc[kept] = arc[before]
            for pair in pairs:
                arc[pair] = arc[: pair[0]].max(initial=-1) + 1 + np.arange(2)
        joints += [(pair, at if more is before else at - 1) for pair in pairs]
    return arc, joints


def curves(diagram: xr.Dataset) -> list[xr.Dataset]:
    """The continuous curves of a bifurcation diagram, each followed through its folds to its end.

    Each is a dataset over ``step`` with n, alpha, alpha_b, ell and ``stable``; the exact fold stands
    between the two arcs that it joins, and counts as unstable.  A closed curve ends where it started.
    """
    arcs, ends, fold_n = int(diagram.arc.max()) + 1, diagram.fold_arc.values, diagram.fold_n.values
    links = [(int(arc), arcs + fold) for fold, pair in enumerate(ends) for arc in pair]
    found = []
    for path in strings(links, arcs + len(ends)):
        pieces = []
        for before, node, after in zip([0, *path], path, [*path[1:], 0], strict=False):
            if node < arcs:
                row, column = np.nonzero(diagram.arc.values == node)
                turn = after or before
                # along an arc towards the fold that comes next, or away from the last one
                if turn and (fold_n[turn - arcs] < diagram.n.values[row[0]]) == bool(after):
                    row, column = row[::-1], column[::-1]
                named = {name: diagram[name].values[row, column] for name in (*_PLACE, "stable")}
                named = {"n": diagram.n.values[row], **named}
            else:
                named = {name: diagram[f"fold_{name}"].values[[node - arcs]] for name in ("n", *_PLACE)}
                named["stable"] = np.array([False])
            pieces.append(xr.Dataset({name: ("step", values) for name, values in named.items()}))
        if len(path) > 1 and path[0] == path[-1]:
            pieces[-1] = pieces[0].isel(step=[0])
        found.append(xr.concat(pieces, dim="step"))
    return found


def phase_diagram(aa, ab, bb, *, n, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """The number of fixed points for increasing lists of n and of temperature (in the units of the overlaps).

    One fixed point: learning passes one saddle, wherever it starts.  Three: one of two saddles, with an
    unstable one between them.  Returns ``count`` over n and temperature.
    """
    n, temperature = check_increasing("n", n, 1), check_increasing("temperature", temperature, 0)
    count = _count(temperatures(aa, ab, bb, copies, categories)(n[:, None], temperature))
    return xr.Dataset({"count": (("n", "temperature"), count)}, {"n": n, "temperature": temperature})


def overlap_diagram(aa, bb, *, n, ab, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """As `phase_diagram`, over increasing lists of n and of the overlap AB, at one temperature."""
    n, ab = check_increasing("n", n, 1), check_increasing("ab", ab)
    family = overlaps(aa, bb, (ab[0], ab[-1]), temperature, copies, categories)
    count = _count(family(n[:, None], ab))
    return xr.Dataset({"count": (("n", "ab"), count)}, {"n": n, "ab": ab})


def labels_at_limit(aa, ab, bb, *, n, temperature, copies=2, categories=CATEGORIES) -> xr.Dataset:
    """Whether every stable fixed point has its label at ±1, over increasing lists of n and of temperature.

    There labels cannot differ, so copies that come together part by their coefficients or not at all (see
    `hopcore.reduced.splitting_flow`).  Returns ``at_limit`` over n and temperature.
    """
    n, temperature = check_increasing("n", n, 1), check_increasing("temperature", temperature, 0)
    par = temperatures(aa, ab, bb, copies, categories)(n[:, None], temperature)
    free = _count(par, lambda points: ~points.rising & (np.abs(points.ell) < 1))
    return xr.Dataset({"at_limit": (("n", "temperature"), free == 0)}, {"n": n, "temperature": temperature})


def _count(par: Parameters, chosen: Callable[[FixedPoints], np.ndarray] | None = None) -> np.ndarray:
    """The number of fixed points, of all or of those chosen, in the shape of the broadcast parameters."""
    par = broadcast(par)
    points = fixed_points(par.reshape(-1))
    system = points.system if chosen is None else points.system[chosen(points)]
    return np.bincount(system, minlength=par.n.size).reshape(par.n.shape)

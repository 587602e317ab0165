"""Fixed points over a list of n, and the continuous curves that they form."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .constraint import place
from .equilibria import fixed_points, stability
from .matching import vanishing_pairs
from .parameters import (
    CATEGORIES,
    broadcast,
    check_categories,
    check_copies,
    check_n_list,
    check_overlaps,
    check_temperature,
    parameters,
)
from .saddle_nodes import Bracket, locate


def bifurcation_diagram(aa, ab, bb, *, n, temperature, copies=1, categories=CATEGORIES) -> xr.Dataset:
    """Every fixed point of the reduced system for each n of an increasing list (Fig. 5A of the paper).

    Returns
    -------
    xarray.Dataset
        Over ``n`` and ``point`` (ordered along the constraint, so by α; nan where there are fewer): alpha,
        alpha_b, ell, stable, growth (the largest real part of the eigenvalues), and ``arc``, a number that
        one fixed point keeps from its birth to its end (−1 where there is none).  ``count`` over n.  Over
        ``fold``, for each fold between two values of n: fold_n, fold_alpha, fold_alpha_b, fold_ell and,
        over ``side``, fold_arc, the two arcs that it joins.  `hopcore.reduced.curves` strings arcs and
        folds together.

    Raises
    ------
    ValueError
        If an argument is out of range (see `ReducedSystem`) or n does not increase.

    Examples
    --------
    >>> import hopcore
    >>> diagram = hopcore.bifurcation_diagram(753, 494, 719, n=(20, 30, 40), temperature=700)
    >>> diagram['count'].values.tolist()
    [1, 3, 3]
    """
    aa, ab, bb = check_overlaps(aa, ab, bb)
    n, temperature = check_n_list(n), check_temperature(temperature)
    copies, categories = check_copies(copies), check_categories(categories)

    def family(n, second):
        return parameters(aa, ab, bb, n, second, copies, categories)

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
    found = [
        locate(
            Bracket(
                n[points.system[pair[0]]], n[absent], points.position[pair].mean(), points.ell[pair].mean()
            ),
            family,
            temperature,
        )
        for pair, absent in joints
    ]
    z = np.array([fold.z for fold in found]).reshape(-1, 4)
    turn = place(z[:, 0])
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
            "fold_alpha": ("fold", turn.alpha_a),
            "fold_alpha_b": ("fold", turn.alpha_b),
            "fold_ell": ("fold", z[:, 1]),
            "fold_arc": (
                ("fold", "side"),
                np.array([arc[pair] for pair, _ in joints], dtype=int).reshape(-1, 2),
            ),
        },
        coords={"n": n},
        attrs={
            "aa": aa,
            "ab": ab,
            "bb": bb,
            "temperature": temperature,
            "copies": copies,
            "categories": categories,
        },
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
    between the two arcs that it joins, and counts as unstable.
    """
    ends = diagram.fold_arc.values
    unused = set(range(ends.shape[0]))
    left = set(range(int(diagram.arc.max()) + 1))
    result = []
    for first in _from_free_ends(ends, left):
        if first not in left:
            continue
        arc, pieces = first, []
        forward = _starts_forward(diagram, first, ends)
        while True:
            left.discard(arc)
            pieces.append(_arc_points(diagram, arc, forward))
            turn = next((fold for fold in sorted(unused) if arc in ends[fold]), None)
            if turn is None:
                break
            unused.discard(turn)
            pieces.append(_fold_point(diagram, turn))
            arc = int(ends[turn][ends[turn] != arc][0])
            forward = not forward
            if arc not in left:
                pieces.append(pieces[0].isel(step=[0]))  # a closed curve ends where it started
                break
        result.append(xr.concat(pieces, dim="step"))
    return result


def _from_free_ends(ends: np.ndarray, arcs: set[int]) -> list[int]:
    """Arcs with at most one fold first: where a curve can start."""
    return sorted(arcs, key=lambda arc: ((ends == arc).sum() > 1, arc))


def _starts_forward(diagram: xr.Dataset, arc: int, ends: np.ndarray) -> bool:
    """Whether a curve that starts with this arc follows it towards larger n: its fold comes last."""
    fold = np.flatnonzero((ends == arc).any(axis=1))
    if fold.size == 0:
        return True
    reach = diagram.n.values[(diagram.arc.values == arc).any(axis=1)]
    return bool(diagram.fold_n.values[fold[0]] >= reach[0])


def _arc_points(diagram: xr.Dataset, arc: int, forward: bool) -> xr.Dataset:
    row, column = np.nonzero(diagram.arc.values == arc)
    row, column = (row, column) if forward else (row[::-1], column[::-1])
    values = {
        name: ("step", diagram[name].values[row, column]) for name in ("alpha", "alpha_b", "ell", "stable")
    }
    return xr.Dataset({"n": ("step", diagram.n.values[row]), **values})


def _fold_point(diagram: xr.Dataset, fold: int) -> xr.Dataset:
    values = {
        name: ("step", [float(diagram[f"fold_{name}"][fold])]) for name in ("n", "alpha", "alpha_b", "ell")
    }
    return xr.Dataset({**values, "stable": ("step", [False])})

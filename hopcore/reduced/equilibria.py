"""Every fixed point of many reduced systems at once.

On the label nullcline ℓ = ℓ*(x) the problem has one dimension: fixed points are the zeros of
f(x) = F(x, ℓ*(x)) along the constraint.  f is sampled on a grid; each change of sign brackets a root, and so
does each extremum of f (a zero of the exact df/dx) that reaches beyond zero between two samples of the same
sign, which is how a pair born at a fold is not missed.  Brackets are bisected down to neighbouring floats.
Only a pair inside a spike of f narrower than the grid's 1/128 can be missed; for images as alike as digits
none is known.

Nothing is lost by following ℓ* alone.  A root of R at the wrong sign of ℓ needs a saturated score, |ℓ|u ≳ 1,
where the silent part c φ(u) is far below |ℓ| φ(ℓu): then ∇_A and ∇_B have opposite signs and no memory
with α_A, α_B ≥ 0 rests.  Inside the constraint, ∇_A = ∇_B = 0 would need ℓ < 0 and ℓ > 0 at once.
"""

from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from .linear import FIRST, LAST, eigenvalues, flow, label_along, linearise, slow_slope
from .parameters import Parameters

_PER_UNIT = 128
_SYSTEMS_AT_ONCE = 1024
_HALVINGS = 60
_RESOLVED = 1e-6
"""A flow below this at the nearest float: the fixed point itself, not a jump across it."""


class FixedPoints(NamedTuple):
    """Fixed points as flat arrays, ordered by system and then along the constraint."""

    system: np.ndarray
    position: np.ndarray
    ell: np.ndarray
    rising: np.ndarray
    """Where f goes from below to above 0 as x grows: along the label nullcline the point repels."""


def fixed_points(par: Parameters, per_unit: int = _PER_UNIT) -> FixedPoints:
    """All fixed points of the systems in ``par`` (fields of one shape (systems,))."""
    systems = par.n.size
    found = [
        _block(np.arange(start, min(start + _SYSTEMS_AT_ONCE, systems)), par, per_unit)
        for start in range(0, systems, _SYSTEMS_AT_ONCE)
    ]
    system, lower, upper = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((lower, system))
    system, lower, upper = system[order], lower[order], upper[order]
    own = par.take(system)
    rising = _follow(upper, own) > 0
    lower, upper = bisect(
        lambda x, rows: np.where(rising[rows], 1, -1) * _follow(x, own.take(rows)), lower, upper
    )
    position = (lower + upper) / 2
    ell = _balance_label(position, label_along(lower, own), label_along(upper, own), own)
    return FixedPoints(system, position, ell, rising)


def stability(points: FixedPoints, par: Parameters) -> np.ndarray:
    """Eigenvalues (points, 2) of the Jacobian; (±inf, nan) where the flow turns within one float.

    That happens at low temperature, where the flow's slope is of order 1/φ(u) and above 1e300; the sign is
    then that of the crossing.
    """
    own = par.take(points.system)
    values = eigenvalues(points.position, points.ell, own)
    resolved = np.abs(flow(points.position, points.ell, own)) < _RESOLVED
    beyond = np.where(points.rising, np.inf, -np.inf)
    return np.where(resolved[:, None], values, np.stack([beyond, np.full_like(beyond, np.nan)], axis=-1))


def _follow(position, par: Parameters) -> np.ndarray:
    """f(x): the flow along the constraint with the label at its equilibrium."""
    return flow(position, label_along(position, par), par)


def _block(index, par: Parameters, per_unit: int):
    """(system, lower, upper) of every bracket of the systems ``index``."""
    # the cells' midpoints: no sample falls on a corner or on α = 1/2, where f can be exactly 0
    grid = FIRST + (np.arange(round((LAST - FIRST) * per_unit)) + 0.5) / per_unit
    own = par.take(index).reshape(-1, 1)
    ell = label_along(grid[None, :], own)
    values = flow(grid[None, :], ell, own)
    slopes = slow_slope(linearise(grid[None, :], ell, own), ell)
    here, there = values[:, :-1], values[:, 1:]
    row, cell = np.nonzero((here > 0) & (there <= 0) | (here <= 0) & (there > 0))
    known = ~(np.isnan(values[row, cell]) | np.isnan(values[row, cell + 1]))
    row, cell = row[known], cell[known]
    ends = [index[row], grid[cell], grid[cell + 1]]
    rows, first, second = _hidden_turns(grid, values, slopes, row, cell, index, par)
    # three roots in one cell: its bracket ends at the first turn, and two more follow
    upper = ends[2].copy()
    ends[2][rows] = first
    touched, low, middle, high = _hidden_pairs(grid, values, slopes, index, par)
    return (
        np.concatenate([ends[0], ends[0][rows], ends[0][rows], touched, touched]),
        np.concatenate([ends[1], first, second, low, middle]),
        np.concatenate([ends[2], second, upper[rows], middle, high]),
    )


def _hidden_turns(grid, values, slopes, row, cell, index, par: Parameters):
    """Cells where f crosses zero three times, as near a pitchfork: (which, first turn, second turn).

    The cubic through both ends with their slopes tells where f goes the wrong way most, or least the right
    way; parabolas through the true slopes refine that place.  If f goes the wrong way there, its two turns
    are bisected, and count if f has crossed zero at each.
    """
    step = grid[1] - grid[0]
    start, end = values[row, cell], values[row, cell + 1]
    slope, last = slopes[row, cell] * step, slopes[row, cell + 1] * step
    # the cubic's derivative in t = 0…1 is quadratic; its vertex is at t = −linear/(2 square)
    square, linear = 3 * (2 * (start - end) + slope + last), 2 * (3 * (end - start) - 2 * slope - last)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        vertex = -linear / (2 * square)
        forward = (slope - linear**2 / (4 * square)) * np.sign(end - start)
        flat = forward < 0.1 * np.maximum(np.abs(slope), np.abs(last))
    rows = np.flatnonzero((vertex > 0) & (vertex < 1) & flat)
    own, back = par.take(index[row[rows]]), np.sign(start - end)[rows]
    left, right = grid[cell[rows]], grid[cell[rows] + 1]
    middle = left + vertex[rows] * step
    for narrow in (step / 16, step / 256, step / 4096):
        low, here, high = (_slope(middle + shift, own) for shift in (-narrow, 0, narrow))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            shift = narrow * (low - high) / (2 * (low - 2 * here + high))
        middle = np.clip(middle + np.where(np.abs(shift) < step, shift, 0.0), left, right)
    turning = back * _slope(middle, own) > 0
    rows, own, back = rows[turning], own.take(turning), back[turning]
    left, middle, right = left[turning], middle[turning], right[turning]
    first, _ = bisect(lambda x, at: back[at] * _slope(x, own.take(at)), left, middle)
    second, _ = bisect(lambda x, at: -back[at] * _slope(x, own.take(at)), middle, right)
    thrice = (back * _follow(first, own) < 0) & (back * _follow(second, own) > 0)
    return rows[thrice], first[thrice], second[thrice]


def _hidden_pairs(grid, values, slopes, index, par: Parameters):
    """Pairs of roots between two samples of one sign: (system, lower, between, upper).

    f must head for zero on the left and come back on the right, both steeply enough to matter within a few
    cells.
    """
    sign = np.sign(values)
    reach = 8 * (grid[1] - grid[0]) * sign * slopes
    falls, rises = -reach[:, :-1] > np.abs(values[:, :-1]), reach[:, 1:] > np.abs(values[:, 1:])
    row, cell = np.nonzero((sign[:, :-1] == sign[:, 1:]) & falls & rises)
    own, sign = par.take(index[row]), sign[row, cell]
    between, _ = bisect(lambda x, rows: sign[rows] * _slope(x, own.take(rows)), grid[cell], grid[cell + 1])
    through = sign * _follow(between, own) < 0
    row, cell = row[through], cell[through]
    return index[row], grid[cell], between[through], grid[cell + 1]


def _slope(position, par: Parameters) -> np.ndarray:
    """df/dx along the label nullcline."""
    ell = label_along(position, par)
    return slow_slope(linearise(position, ell, par), ell)


def bisect(function, lower, upper) -> tuple[np.ndarray, np.ndarray]:
    """Neighbouring floats around zeros of a function that is ≤ 0 at ``lower`` and > 0 at ``upper``.

    ``function(x, rows)`` is called with the rows of the arrays that are still being halved.
    """
    lower, upper = lower.copy(), upper.copy()
    rows = np.arange(lower.size)
    for _ in range(_HALVINGS):
        middle = (lower[rows] + upper[rows]) / 2
        rows = rows[(middle > lower[rows]) & (middle < upper[rows])]
        if rows.size == 0:
            break
        middle = (lower[rows] + upper[rows]) / 2
        above = function(middle, rows) > 0
        upper[rows[above]], lower[rows[~above]] = middle[above], middle[~above]
    return lower, upper


def _balance_label(position, first, last, par: Parameters) -> np.ndarray:
    """The label at which F = 0 at the rounded position, within the range that rounding x leaves to ℓ*.

    F changes by 1/φ(u) per unit of ℓ: where that is large x is known to the last bit, and ℓ only from
    F = 0.  Where the true |ℓ| is below the smallest float, ℓ becomes 0.
    """
    ell = label_along(position, par)
    margin = 1e-12 * np.abs(ell)
    low = np.maximum(np.minimum(first, last) - margin, -1)
    high = np.minimum(np.maximum(first, last) + margin, 1)
    for _ in range(4):
        lin = linearise(position, ell, par)
        with np.errstate(divide="ignore", invalid="ignore"):
            better = ell - lin.flow / lin.balance_ell
        ell = np.where((first != last) & (better >= low) & (better <= high), better, ell)
    return ell


def vanishing_pairs(have: np.ndarray, keep: np.ndarray) -> list[int]:
    """The pairs of neighbours in ``have`` that have no partner in ``keep``: the index of the lower of each.

    Both are positions in increasing order.  Fixed points vanish two at a time, neighbours along the
    constraint; the choice is the one that leaves the least movement to all others.
    """
    pairs = (len(have) - len(keep)) // 2
    choices = [
        chosen
        for chosen in combinations(range(len(have) - 1), pairs)
        if all(later - earlier > 1 for earlier, later in pairwise(chosen))
    ]

    def movement(chosen):
        rest = np.delete(have, [index for lower in chosen for index in (lower, lower + 1)])
        return np.abs(rest - keep).sum()

    return list(min(choices, key=movement))

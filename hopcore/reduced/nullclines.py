"""The memory nullcline: the level set dα/dt = 0 in the plane of position and label, with all of its arcs.

Marching squares: the sign of dα/dt on a grid tells which grid edges the nullcline crosses; each crossing is
bisected to the last bit, and crossings that share a cell are linked.  An arc smaller than a cell can be
missed.
"""

from __future__ import annotations

import numpy as np

from .constraint import FIRST, LAST
from .equilibria import bisect
from .linear import flow
from .parameters import Parameters

_CELLS_PER_UNIT = 96


def memory_arcs(par: Parameters, cells_per_unit: int = _CELLS_PER_UNIT):
    """(position, ell, arc) along every arc of the memory nullcline."""
    # the position's nodes avoid the corners and α = 1/2; the label's reach both ends and avoid 0
    x = FIRST + (np.arange(round((LAST - FIRST) * cells_per_unit)) + 0.5) / cells_per_unit
    ell = np.linspace(-1, 1, 2 * cells_per_unit)
    field = flow(x[:, None], ell[None, :], par)
    above, dead = field > 0, field == 0  # where neither image is activated nothing moves

    def crossing(x_from, ell_from, x_to, ell_to):
        """Where the flow vanishes between two nodes that it enters with different signs."""
        rises = flow(x_to, ell_to, par) > 0
        sign = np.where(rises, 1, -1)

        def along(share, rows):
            return sign[rows] * flow(
                x_from[rows] + share * (x_to - x_from)[rows],
                ell_from[rows] + share * (ell_to - ell_from)[rows],
                par,
            )

        low, high = bisect(along, np.zeros_like(x_from), np.ones_like(x_from))
        share = (low + high) / 2
        return x_from + share * (x_to - x_from), ell_from + share * (ell_to - ell_from)

    i, j = np.nonzero((above[1:] != above[:-1]) & ~dead[1:] & ~dead[:-1])
    k, m = np.nonzero((above[:, 1:] != above[:, :-1]) & ~dead[:, 1:] & ~dead[:, :-1])
    across_x = crossing(x[i], ell[j], x[i + 1], ell[j])
    across_ell = crossing(x[k], ell[m], x[k], ell[m + 1])
    points = np.concatenate([np.stack(across_x, -1), np.stack(across_ell, -1)])
    number = {("x", *key): at for at, key in enumerate(zip(i.tolist(), j.tolist(), strict=True))}
    number |= {("ell", *key): len(i) + at for at, key in enumerate(zip(k.tolist(), m.tolist(), strict=True))}
    order, arc = _walk(_links(number, above), len(points))
    return points[order, 0], points[order, 1], arc


def _links(number: dict, above: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of crossings that a cell joins; four crossings in a cell are joined around its equal corners."""
    cells = set()
    for kind, i, j in number:
        cells.update({(i, j), (i, j - 1)} if kind == "x" else {(i, j), (i - 1, j)})
    links = []
    for i, j in cells:
        sides = [("x", i, j), ("ell", i + 1, j), ("x", i, j + 1), ("ell", i, j)]
        present = [number[side] for side in sides if side in number]
        if len(present) == 2:
            links.append(tuple(present))
        elif len(present) == 4:
            # sides in cyclic order: cut off the corners (i, j) and (i + 1, j + 1), or the other two
            first, second, third, fourth = present
            links += [(first, fourth), (second, third)] if above[i, j] else [(first, second), (third, fourth)]
    return links


def _walk(links: list[tuple[int, int]], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The order of the crossings along each arc, open arcs first and from an end, and the arcs' numbers."""
    neighbours: list[list[int]] = [[] for _ in range(count)]
    for one, other in links:
        neighbours[one].append(other)
        neighbours[other].append(one)
    order: list[int] = []
    arcs: list[int] = []
    seen: set[int] = set()
    arc = 0
    ends = [at for at in range(count) if len(neighbours[at]) < 2]
    for start in [*ends, *range(count)]:
        if start in seen:
            continue
        path = [start]
        seen.add(start)
        while (ahead := next((near for near in neighbours[path[-1]] if near not in seen), None)) is not None:
            path.append(ahead)
            seen.add(ahead)
        if len(path) > 2 and start in neighbours[path[-1]]:
            path.append(start)  # a closed arc ends where it started
        order += path
        arcs += [arc] * len(path)
        arc += 1
    return np.array(order, dtype=int), np.array(arcs, dtype=int)

"""The memory nullcline: the level set dα/dt = 0 in the plane of position and label, with all of its arcs.

Marching squares: the sign of dα/dt on a grid tells which grid edges the nullcline crosses; each crossing is
bisected to the last bit, and crossings that share a cell are linked.  An arc smaller than a cell can be
missed.
"""

from collections.abc import Iterable

import numpy as np

from .equilibria import bisect
from .linear import FIRST, LAST, flow
from .parameters import Parameters

_CELLS_PER_UNIT = 96


def memory_arcs(par: Parameters):
    """(position, ell, arc) along every arc of the memory nullcline."""
    # the position's nodes avoid the corners and α = 1/2; the label's reach both ends and avoid 0
    x = FIRST + (np.arange(round((LAST - FIRST) * _CELLS_PER_UNIT)) + 0.5) / _CELLS_PER_UNIT
    ell = np.linspace(-1, 1, 2 * _CELLS_PER_UNIT)
    field = flow(x[:, None], ell[None, :], par)
    above, dead = field > 0, field == 0  # where neither image is activated nothing moves

    def crossing(x_from, ell_from, x_to, ell_to):
        """Where the flow vanishes between two nodes at which it has different signs: (crossings, 2)."""
        sign = np.where(flow(x_to, ell_to, par) > 0, 1, -1)

        def along(share, rows=slice(None)) -> tuple[np.ndarray, np.ndarray]:
            ell = ell_from[rows] + share * (ell_to - ell_from)[rows]
            return x_from[rows] + share * (x_to - x_from)[rows], ell

        ends = np.zeros_like(x_from), np.ones_like(x_from)
        low, high = bisect(lambda share, rows: sign[rows] * flow(*along(share, rows), par), *ends)
        return np.stack(along((low + high) / 2), axis=-1)

    i, j = np.nonzero((above[1:] != above[:-1]) & ~dead[1:] & ~dead[:-1])
    k, m = np.nonzero((above[:, 1:] != above[:, :-1]) & ~dead[:, 1:] & ~dead[:, :-1])
    across_x = crossing(x[i], ell[j], x[i + 1], ell[j])
    points = np.concatenate([across_x, crossing(x[k], ell[m], x[k], ell[m + 1])])
    number = {("x", *key): at for at, key in enumerate(zip(i.tolist(), j.tolist(), strict=True))}
    number |= {("ell", *key): len(i) + at for at, key in enumerate(zip(k.tolist(), m.tolist(), strict=True))}
    arcs = strings(_links(number, above), len(points))
    order = np.array([at for arc in arcs for at in arc], dtype=int)
    return *points[order].T, np.repeat(np.arange(len(arcs)), [len(arc) for arc in arcs])


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


def strings(links: Iterable[tuple[int, int]], count: int) -> list[list[int]]:
    """Nodes 0 … count − 1, each with two links at most, strung together along their links.

    Open strings come first, each from one of its ends; a closed one ends with the node that it starts with.
    """
    near: list[list[int]] = [[] for _ in range(count)]
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    found, seen = [], set()
    for start in sorted(range(count), key=lambda node: len(near[node]) > 1):
        path, ahead = [], [] if start in seen else [start]
        while ahead:
            path.append(ahead[0])
            seen.add(ahead[0])
            ahead = [node for node in near[path[-1]] if node not in seen]
        if len(path) > 2 and start in near[path[-1]]:
            path.append(start)
        found += [path] if path else []
    return found

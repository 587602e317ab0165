"""Which fixed points of one system continue in the next one, and which pairs have vanished between them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np


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
        gone = {index for lower in chosen for index in (lower, lower + 1)}
        rest = [position for index, position in enumerate(have) if index not in gone]
        return np.abs(np.subtract(rest, keep)).sum()

    return list(min(choices, key=movement))

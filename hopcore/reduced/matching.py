"""What belongs together: fixed points of one system and of the next, and points along one line."""

from collections.abc import Iterable
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
        rest = np.delete(have, [index for lower in chosen for index in (lower, lower + 1)])
        return np.abs(rest - keep).sum()

    return list(min(choices, key=movement))


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

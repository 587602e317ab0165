"""How much each chapter computes at its scales, beside the parameters of the paper's figures.

``tiny`` is for tests: seconds, every branch, no result. ``quick`` is the book's. ``paper`` has the paper's
grids.
"""

from __future__ import annotations

from dataclasses import dataclass

# --- feature_to_prototype ---

# --- waddington ---

# --- three_categories ---

# --- two_memory_bifurcation ---


@dataclass(frozen=True)
class BifurcationScale:
    """Two digits and two memories (Fig. 5).

    `settling` and `training` are the rate and the epochs of runs from small starts, and of one memory to its
    fixed point at each power of `trained`.  `powers` is the number of n in the diagram, `shown` are those of
    the slider, `grid` the numbers of n and T_r in the maps, `lines` that of the flow lines.
    """

    settling: tuple[float, int]
    training: tuple[float, int]
    trained: tuple[float, ...]
    shown: tuple[float, ...]
    grid: tuple[int, int]
    powers: int = 700
    lines: int = 28


BIFURCATION = {
    "tiny": BifurcationScale(
        settling=(0.02, 150),
        training=(0.02, 600),
        trained=(10, 30, 50),
        shown=(6, 20, 30),
        grid=(14, 6),
        powers=70,
        lines=3,
    ),
    "quick": BifurcationScale(
        settling=(0.002, 1500),
        training=(0.002, 8000),
        trained=tuple(range(2, 71)),
        shown=tuple(range(2, 71, 2)),
        grid=(56, 45),
    ),
    "paper": BifurcationScale(
        settling=(0.0005, 6000),
        training=(0.0005, 40_000),
        trained=tuple(range(2, 71)),
        shown=tuple(range(2, 71)),
        grid=(140, 120),
    ),
}
"""By scale: `BifurcationScale`."""

# --- two_memory_prototypes ---

# --- path_dependence ---

# --- arrest ---

# --- stem_state ---

"""How much each chapter computes at its scales, beside the parameters of the paper's figures.

``tiny`` is for tests: seconds, every branch, no result. ``quick`` is the book's. ``paper`` has the paper's
grids.
"""

from __future__ import annotations

from dataclasses import dataclass

from hopcore.paper.figures import FIGURES, TRAINING_SETS

# --- feature_to_prototype ---

# --- waddington ---


@dataclass(frozen=True)
class WaddingtonScale:
    """The size of Figure 3's networks, and over how many the order of digits is compared.

    `n`, `sets` and `starts` are those of the order; its networks learn at `pace` times the rate, in so many
    times fewer epochs.
    """

    n: tuple[float, ...]
    sets: int
    starts: int
    pace: int
    per_digit: int = FIGURES["3"].per_digit
    memories: int = FIGURES["3"].memories
    dtype: str | None = None  # None: the chapter's


WADDINGTON = {
    "tiny": WaddingtonScale((3, 20, 30), sets=2, starts=2, pace=2, per_digit=10, memories=20),
    "quick": WaddingtonScale((3, 10, 20, 30, 40), sets=10, starts=5, pace=2),
    "paper": WaddingtonScale(
        (3, 10, 15, 20, 30, 40), sets=TRAINING_SETS, starts=TRAINING_SETS, pace=1, dtype="float64"
    ),
}

# --- three_categories ---

# --- two_memory_bifurcation ---

# --- two_memory_prototypes ---

# --- path_dependence ---

# --- arrest ---

# --- stem_state ---

"""How much each chapter computes at its scales, beside the parameters of the paper's figures.

``tiny`` is for tests: seconds, every branch, no result. ``quick`` is the book's. ``paper`` has the paper's
grids.
"""

from __future__ import annotations

from dataclasses import dataclass

from hopcore.paper.figures import FIGURES, TRAINING_SETS

# --- feature_to_prototype ---


@dataclass(frozen=True)
class Pace:
    """Temperatures, T in the paper's units, whose networks learn at one rate for so many epochs."""

    temperature: tuple[float, ...]
    rate: float
    epochs: int


@dataclass(frozen=True)
class FeatureScale:
    """Networks of Figures 1 and 2A: their memories, the n of Figure 2A, and the pace of each figure."""

    memories: int
    figure_1: tuple[Pace, ...]
    n: tuple[float, ...]
    figure_2: tuple[Pace, ...]
    dtype: str | None = None  # None: the chapter's


_F1, _F2 = FIGURES["1"], FIGURES["2A"]

FEATURE_TO_PROTOTYPE = {
    "tiny": FeatureScale(
        memories=8,
        figure_1=(Pace(_F1.temperature, 0.05, 100),),
        n=(2, 10, 25, 40, 50, 60),
        figure_2=(Pace(_F2.temperature[:1], 0.05, 60), Pace(_F2.temperature[1:], 0.05, 120)),
    ),
    # Learning moves at a set pace: rate × epochs is the paper's, but for the coldest network, which is
    # finished earlier and at high n does not tolerate a larger rate.
    "quick": FeatureScale(
        memories=_F1.memories,
        figure_1=(Pace(_F1.temperature, 0.01, 2500),),
        n=(*range(2, 22, 2), 22, 25, 28, 31, 34, 37, 40, 44, 50, 55, 60),
        figure_2=(Pace(_F2.temperature[:1], 0.005, 3000), Pace(_F2.temperature[1:], 0.02, 2500)),
    ),
    "paper": FeatureScale(
        memories=_F1.memories,
        figure_1=(Pace(_F1.temperature, _F1.rate, _F1.epochs),),
        n=_F2.n,
        figure_2=(Pace(_F2.temperature, _F2.rate, _F2.epochs),),
        dtype="float64",
    ),
}

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


@dataclass(frozen=True)
class PrototypeScale:
    """Networks of Figure 6, over n and T in the paper's units, and how many other pairs of 4s are tried."""

    n: tuple[float, ...]
    temperature: tuple[float, ...]
    rate: float
    epochs: int
    other_pairs: int


_F6 = FIGURES["6 left"]

TWO_MEMORY_PROTOTYPES = {
    "tiny": PrototypeScale(
        n=(2, 8, 10, 14, 18, 20, 25, 30),
        temperature=(400, 560, 720, 760, 800, 820, 880),
        rate=0.02,
        epochs=300,
        other_pairs=1,
    ),
    # networks as small as these take seconds: the paper's whole grid
    "quick": PrototypeScale(_F6.n, _F6.temperature, _F6.rate, _F6.epochs, other_pairs=2),
    "paper": PrototypeScale(_F6.n, _F6.temperature, _F6.rate, _F6.epochs, other_pairs=12),
}

# --- path_dependence ---

# --- arrest ---

# --- stem_state ---

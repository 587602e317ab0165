"""How much each chapter computes at its scales, beside the parameters of the paper's figures.

``tiny`` is for tests: seconds, every branch, no result. ``quick`` is the book's. ``paper`` has the paper's
grids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hopcore.paper.figures import (
    FIGURE_4_CODE_RATE,
    FIGURE_7_REPEATS,
    FIGURE_7_SADDLE_EPOCHS,
    FIGURES,
)

# --- feature_to_prototype ---

# --- waddington ---

# --- three_categories ---


@dataclass(frozen=True)
class Learning:
    """How one network learns: options of `hopcore.train`."""

    n: float
    rescaled_temperature: float
    rate: float
    epochs: int
    record_every: int
    memories: int = 100

    def hurried(self) -> Learning:
        """The same with few memories, at ten times the rate."""
        return replace(self, rate=10 * self.rate, epochs=self.epochs // 4, record_every=10, memories=20)


@dataclass(frozen=True)
class CategoriesScale:
    """Networks of Figure 4, and the training sets that they learn.

    `code` has the temperature and the rate of the programs, `caption` those of the caption. All `sets` learn
    1, 4 and 7 with the former; a `few` with the latter, and as many 1, 7 and 9.
    """

    code: tuple[Learning, ...]
    caption: tuple[Learning, ...]
    sets: int
    few: int


_F4 = FIGURES["4"]
_CODE = tuple(
    Learning(n, _F4.rescaled_temperature[1], FIGURE_4_CODE_RATE, epochs, every)
    for n, epochs, every in ((30.0, 5000, 20), (3.0, 1500, 10))
)
_CAPTION = tuple(
    Learning(n, _F4.rescaled_temperature[0], _F4.rate, epochs, 10)
    for n, epochs in ((30.0, 2500), (3.0, 1000))
)

THREE_CATEGORIES = {
    "tiny": CategoriesScale(
        tuple(each.hurried() for each in _CODE), tuple(each.hurried() for each in _CAPTION), sets=2, few=1
    ),
    "quick": CategoriesScale(_CODE, _CAPTION, sets=10, few=5),
    "paper": CategoriesScale(_CODE, _CAPTION, sets=40, few=40),
}

# --- two_memory_bifurcation ---

# --- two_memory_prototypes ---

# --- path_dependence ---


@dataclass(frozen=True)
class StartsScale:
    """Networks of Figure 7.

    `n` are those of the full networks, `n_single` those of one memory, which have them all. `repeats` and
    `temperatures`, how many of the highest, are for the digits of the text and for those of the programs.
    """

    n: tuple[float, ...]
    n_single: tuple[float, ...]
    rate: float
    epochs: int
    saddle_epochs: int
    repeats: tuple[int, int]
    temperatures: tuple[int, int]
    memories: int = 100

    @property
    def record_every(self) -> int:
        """Epochs in which a pixel can move by 0.2."""
        return round(0.2 / self.rate)


_F7 = FIGURES["7"]
_SOME_N = (3, 8, 14, 20, 26, 32, 38, 45, 52, 59)

PATH_DEPENDENCE = {
    "tiny": StartsScale((6, 20, 34, 59), (6, 20, 34, 59), 0.05, 200, 300, (2, 1), (3, 1), memories=8),
    "quick": StartsScale(
        _SOME_N, tuple(sorted({*_SOME_N, *range(2, 60, 3)})), 0.02, 1200, 1500, (2, 1), (3, 1)
    ),
    "paper": StartsScale(
        _F7.n, _F7.n, _F7.rate, _F7.epochs, FIGURE_7_SADDLE_EPOCHS, (FIGURE_7_REPEATS, 3), (3, 3)
    ),
}

# --- arrest ---

# --- stem_state ---

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
    TRAINING_SETS,
)

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
    times fewer epochs. `draws` are the training sets, with a start each, that learn as in Figure 3.
    """

    n: tuple[float, ...]
    sets: int
    starts: int
    draws: int
    pace: int
    per_digit: int = FIGURES["3"].per_digit
    memories: int = FIGURES["3"].memories
    dtype: str | None = None  # None: the chapter's


WADDINGTON = {
    "tiny": WaddingtonScale((3, 20, 30), sets=2, starts=2, draws=2, pace=2, per_digit=10, memories=20),
    "quick": WaddingtonScale((3, 10, 20, 30, 40), sets=10, starts=5, draws=8, pace=2),
    "paper": WaddingtonScale(
        (3, 10, 15, 20, 30, 40),
        sets=TRAINING_SETS,
        starts=TRAINING_SETS,
        draws=TRAINING_SETS,
        pace=1,
        dtype="float64",
    ),
}

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


@dataclass(frozen=True)
class BifurcationScale:
    """Two digits and two memories (Fig. 5).

    `draws` are the starts from which two memories settle. `settling` and `training` are the rate and the
    epochs of runs from small starts, and of one memory to its fixed point at each power of `trained`.
    `powers` is the number of n in the diagram, `shown` are those of the slider, `grid` the numbers of n and
    T_r in the maps, `lines` that of the flow lines.
    """

    settling: tuple[float, int]
    training: tuple[float, int]
    trained: tuple[float, ...]
    shown: tuple[float, ...]
    grid: tuple[int, int]
    powers: int = 700
    lines: int = 28
    draws: int = 8


BIFURCATION = {
    "tiny": BifurcationScale(
        settling=(0.02, 150),
        training=(0.02, 600),
        trained=(10, 30, 50),
        shown=(6, 20, 30),
        grid=(14, 6),
        powers=70,
        lines=3,
        draws=2,
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


@dataclass(frozen=True)
class PrototypeScale:
    """Networks of Figure 6, over n and T in the paper's units.

    `other_pairs` of 4s are tried, and `draws` of the mean 4 and 9.
    """

    n: tuple[float, ...]
    temperature: tuple[float, ...]
    rate: float
    epochs: int
    other_pairs: int
    draws: int


_F6 = FIGURES["6 left"]

TWO_MEMORY_PROTOTYPES = {
    "tiny": PrototypeScale(
        n=(2, 8, 10, 14, 18, 20, 25, 30),
        temperature=(400, 560, 720, 760, 800, 820, 880),
        rate=0.02,
        epochs=300,
        other_pairs=1,
        draws=3,
    ),
    # networks as small as these take seconds: the paper's whole grid
    "quick": PrototypeScale(_F6.n, _F6.temperature, _F6.rate, _F6.epochs, other_pairs=7, draws=8),
    "paper": PrototypeScale(_F6.n, _F6.temperature, _F6.rate, _F6.epochs, other_pairs=12, draws=16),
}

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


@dataclass(frozen=True)
class ArrestScale:
    """Networks of Figure 8.

    Each of the `sets` of images learns at all rescaled `temperatures`, the first also at the supplement's n,
    at `fewer` of them.
    """

    temperatures: tuple[float, ...]
    fewer: tuple[float, ...]
    sets: int
    rate: float
    epochs: int
    per_digit: int = FIGURES["8"].per_digit
    memories: int = FIGURES["8"].memories


_F8 = FIGURES["8"]
_HOT = _F8.rescaled_temperature

ARREST = {
    "tiny": ArrestScale(_HOT[::20], _HOT[::40], 2, 0.04, 300, per_digit=6, memories=25),
    "quick": ArrestScale(_HOT[::7], _HOT[::14], 3, 0.04, 1250),
    "paper": ArrestScale(_HOT, FIGURES["8S"].rescaled_temperature, 5, _F8.rate, _F8.epochs),
}

# --- stem_state ---


@dataclass(frozen=True)
class StemScale:
    """Networks that are held and released: their rate, training sets, and the `times` of holding."""

    rate: float
    sets: int
    times: tuple[int, ...]
    memories: int = 100


STEM_STATE = {
    "tiny": StemScale(0.1, 2, (10, 20), memories=20),
    "quick": StemScale(0.04, 3, (20, 60)),
    "paper": StemScale(0.005, 10, (20, 60, 200)),
}

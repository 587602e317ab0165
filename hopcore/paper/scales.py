"""How much each chapter computes at its scales, beside the parameters of the paper's figures.

``tiny`` is for tests: seconds, every branch, no result. ``quick`` is the book's. ``paper`` has the paper's
grids. A ``dtype`` of None is the chapter's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hopcore.paper import figures
from hopcore.paper.figures import FIGURES

_F1, _F2, _F3, _F4, _F6, _F7, _F8 = (FIGURES[name] for name in ("1", "2A", "3", "4", "6 left", "7", "8"))


@dataclass(frozen=True)
class Pace:
    """Temperatures, T in the paper's units, whose networks learn at one rate for so many epochs."""

    temperature: tuple[float, ...]
    rate: float
    epochs: int

    @property
    def options(self) -> dict[str, Any]:
        """The same for `hopcore.sweep`."""
        hot = [value / figures.PIXELS for value in self.temperature]
        return {"rescaled_temperature": hot, "rate": self.rate, "epochs": self.epochs}


@dataclass(frozen=True)
class FeatureScale:
    """Networks of Figures 1 and 2A: the pace of each figure, and the n of Figure 2A."""

    n: tuple[float, ...]
    figure_1: tuple[Pace, ...]
    figure_2: tuple[Pace, ...]
    memories: int = _F1.memories
    dtype: str | None = None


_COLD, _HOT = _F2.temperature[:1], _F2.temperature[1:]

FEATURE_TO_PROTOTYPE = {
    "tiny": FeatureScale(
        (2, 10, 25, 40, 50, 60),
        figure_1=(Pace(_F1.temperature, 0.05, 100),),
        figure_2=(Pace(_COLD, 0.05, 60), Pace(_HOT, 0.05, 120)),
        memories=8,
    ),
    # Learning moves at a set pace: rate × epochs is the paper's, but for the coldest network, which is
    # finished earlier and at high n does not tolerate a larger rate.
    "quick": FeatureScale(
        (*range(2, 22, 2), 22, 25, 28, 31, 34, 37, 40, 44, 50, 55, 60),
        figure_1=(Pace(_F1.temperature, 0.01, 2500),),
        figure_2=(Pace(_COLD, 0.005, 3000), Pace(_HOT, 0.02, 2500)),
    ),
    "paper": FeatureScale(
        _F2.n,
        figure_1=(Pace(_F1.temperature, _F1.rate, _F1.epochs),),
        figure_2=(Pace(_F2.temperature, _F2.rate, _F2.epochs),),
        dtype="float64",
    ),
}


@dataclass(frozen=True)
class WaddingtonScale:
    """The size of Figure 3's networks, and over how many the order of digits is compared.

    `n`, `sets` and `starts` are those of the order; its networks learn at `pace` times the rate, in so many
    times fewer epochs.
    """

    n: tuple[float, ...]
    sets: int
    starts: int
    draws: int
    pace: int
    per_digit: int = _F3.per_digit
    memories: int = _F3.memories
    dtype: str | None = None


_SETS = figures.TRAINING_SETS

WADDINGTON = {
    "tiny": WaddingtonScale((3, 20, 30), sets=2, starts=2, draws=2, pace=2, per_digit=10, memories=20),
    "quick": WaddingtonScale((3, 10, 30, 40), sets=8, starts=3, draws=8, pace=2),
    "paper": WaddingtonScale(
        (3, 10, 15, 20, 30, 40), sets=_SETS, starts=_SETS, draws=_SETS, pace=1, dtype="float64"
    ),
}


@dataclass(frozen=True)
class Learning:
    """How one network learns: options of `hopcore.train`."""

    n: float
    rescaled_temperature: float
    rate: float
    epochs: int
    record_every: int = 10
    memories: int = 100

    def hurried(self) -> Learning:
        """The same with few memories, at ten times the rate."""
        return replace(self, rate=10 * self.rate, epochs=self.epochs // 4, record_every=10, memories=20)


@dataclass(frozen=True)
class CategoriesScale:
    """Networks of Figure 4, and the training sets that they learn.

    `code` has the temperature and the rate of the programs, `caption` those of the caption. All `sets` learn
    1, 4 and 7 with the former; a `few` with the latter, and as many 1, 7 and 9 with the `supplement`'s.
    """

    code: tuple[Learning, ...]
    caption: tuple[Learning, ...]
    sets: int
    few: int

    @property
    def supplement(self) -> tuple[Learning, ...]:
        """Those of `code` at the caption's rate, as in the programs."""
        faster = _F4.rate / figures.FIGURE_4_CODE_RATE
        return tuple(replace(each, rate=faster * each.rate) for each in self.code)


_T_CAPTION, _T_CODE = _F4.rescaled_temperature
_CODE = (
    Learning(30.0, _T_CODE, figures.FIGURE_4_CODE_RATE, 5000, record_every=20),
    Learning(3.0, _T_CODE, figures.FIGURE_4_CODE_RATE, 1500),
)
_CAPTION = Learning(30.0, _T_CAPTION, _F4.rate, 2500), Learning(3.0, _T_CAPTION, _F4.rate, 1000)
_FAST_CODE, _FAST_CAPTION = (tuple(map(Learning.hurried, networks)) for networks in (_CODE, _CAPTION))

THREE_CATEGORIES = {
    "tiny": CategoriesScale(_FAST_CODE, _FAST_CAPTION, sets=2, few=1),
    "quick": CategoriesScale(_CODE, _CAPTION, sets=10, few=5),
    "paper": CategoriesScale(_CODE, _CAPTION, sets=40, few=40),
}


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
    shown: tuple[float, ...]
    grid: tuple[int, int]
    trained: tuple[float, ...] = tuple(range(2, 71))
    powers: int = 700
    lines: int = 28
    draws: int = 8


BIFURCATION = {
    "tiny": BifurcationScale(
        settling=(0.02, 150), training=(0.02, 600), shown=(6, 20, 30), grid=(14, 6),
        trained=(10, 30, 50), powers=70, lines=3, draws=2,
    ),
    "quick": BifurcationScale(
        settling=(0.002, 1500), training=(0.002, 8000), shown=tuple(range(2, 71, 2)), grid=(56, 45)
    ),
    "paper": BifurcationScale(
        settling=(0.0005, 6000), training=(0.0005, 40_000), shown=tuple(range(2, 71)), grid=(140, 120)
    ),
}  # fmt: skip


@dataclass(frozen=True)
class PrototypeScale:
    """Networks of Figure 6, over n and T in the paper's units, and how many other pairs of 4s are tried."""

    other_pairs: int
    draws: int
    n: tuple[float, ...] = _F6.n
    temperature: tuple[float, ...] = _F6.temperature
    rate: float = _F6.rate
    epochs: int = _F6.epochs


TWO_MEMORY_PROTOTYPES = {
    "tiny": PrototypeScale(
        1, 3, (2, 8, 10, 14, 18, 20, 25, 30), (400, 560, 720, 740, 800, 840, 880), rate=0.02, epochs=300
    ),
    "quick": PrototypeScale(7, 8),  # networks as small as these take seconds: the paper's whole grid
    "paper": PrototypeScale(12, 16),
}


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
    repeats: tuple[int, int] = (2, 1)
    temperatures: tuple[int, int] = (3, 1)
    memories: int = 100

    @property
    def single(self) -> dict[str, Any]:
        """Options of one memory's learning."""
        return {"n": self.n_single, "rate": self.rate, "epochs": self.saddle_epochs, "copies": self.memories}

    @property
    def full(self) -> list[dict[str, Any]]:
        """Options of the full networks, recorded while a pixel moves by 0.2: of the text, of the programs."""
        same = {name: getattr(self, name) for name in ("n", "rate", "epochs", "memories")}
        same["record_every"] = round(0.2 / self.rate)
        hot = [_F7.rescaled_temperature[-count:] for count in self.temperatures]
        return [
            {**same, "repeats": count, "rescaled_temperature": each}
            for count, each in zip(self.repeats, hot, strict=True)
        ]


_FEW_N, _SOME_N = (6, 20, 34, 59), (3, 8, 14, 20, 26, 32, 38, 45, 52, 59)
_MORE_N = tuple(sorted({*_SOME_N, *range(2, 60, 3)}))
_EPOCHS, _REPEATS = (_F7.epochs, figures.FIGURE_7_SADDLE_EPOCHS), (figures.FIGURE_7_REPEATS, 3)

PATH_DEPENDENCE = {
    "tiny": StartsScale(_FEW_N, _FEW_N, 0.05, 200, 300, memories=8),
    "quick": StartsScale(_SOME_N, _MORE_N, 0.02, 1200, 1500),
    "paper": StartsScale(_F7.n, _F7.n, _F7.rate, *_EPOCHS, repeats=_REPEATS, temperatures=(3, 3)),
}


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
    per_digit: int = _F8.per_digit
    memories: int = _F8.memories


_T_8 = _F8.rescaled_temperature

ARREST = {
    "tiny": ArrestScale(_T_8[::20], _T_8[::40], 2, 0.04, 300, per_digit=6, memories=25),
    "quick": ArrestScale(_T_8[::7], _T_8[::14], 3, 0.04, 1250),
    "paper": ArrestScale(_T_8, FIGURES["8S"].rescaled_temperature, 5, _F8.rate, _F8.epochs),
}


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


@dataclass(frozen=True)
class RealScale:
    """Training sets of so many `images`, a tenth of each digit, the paper's first, and `draws` of each.

    Others, `held_out`, are not learnt. Accuracies are over `n`, and on the largest set over the number of
    `memories` too, the paper's first; all but the networks of one size learn in minibatches of the first.
    """

    images: tuple[int, ...]
    n: tuple[float, ...]
    memories: tuple[int, ...]
    draws: int
    rate: float
    temperatures: tuple[float, ...]
    held_out: int = 1000

    def minibatches(self, images: int) -> int:
        """Minibatches of a set, as large as the first set."""
        return images // self.images[0]


_FIRST = 10 * _F3.per_digit

REAL_SIZE = {
    "tiny": RealScale((100, 300), (3, 20, 30), (20, 50), 2, 0.1, _T_8[::30], held_out=200),
    "quick": RealScale(
        (_FIRST, 1000, 4000), (3, 5, 8, 12, 20, 30, 40), (_F3.memories, 1000), 3, 0.02, _T_8[::12]
    ),
    "paper": RealScale(
        (_FIRST, 400, 1000, 2000, 4000),
        (3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40),
        (_F3.memories, 300, 1000),
        5,
        0.01,
        _T_8[::6],
    ),
}


@dataclass(frozen=True)
class SplittingScale:
    """Crowds that come apart: several n and `spreads` of the start, and `draws` of images with a start each.

    The `crowd` learns so many `images` per digit; others have `memories` and `per_digit`. Trees are foretold
    at `tree_n`, `tree_draws` each, from so many `groups`, and are compared over the spreads of `noise`.
    """

    n: tuple[float, ...]
    spreads: tuple[float, ...]
    draws: int
    tree_n: tuple[float, ...]
    tree_draws: int
    memories: tuple[int, ...]
    per_digit: tuple[int, ...]
    noise: tuple[float, ...]
    rate: float
    crowd: int = 100
    images: int = _F3.per_digit
    groups: int = 20


_DECADES = tuple(10.0**-power for power in range(3, 11))
_POWERS, _OTHER_IMAGES, _NOISE = (3, 10, 20, 30, 40), (5, 10, 40), (1e-8, 1e-3, 1e-2, 1e-1)

SPLITTING = {
    "tiny": SplittingScale(
        (20, 30),
        _DECADES[2:],
        2,
        (30,),
        2,
        (10, 20),
        (3, 4),
        (1e-5, 1e-2),
        0.05,
        crowd=20,
        images=4,
        groups=10,
    ),
    "quick": SplittingScale(
        _POWERS,
        (1e-3, 1e-4, 1e-5, 1e-8, 1e-10),
        2,
        (30,),
        4,
        (10, 100, 1000),
        (5, 40),
        _NOISE,
        0.01,
    ),
    "paper": SplittingScale(
        _POWERS,
        _DECADES,
        8,
        (10, 20, 30, 40),
        8,
        (10, 30, 300, 1000, 3000),
        _OTHER_IMAGES,
        (1e-10, *_NOISE, 0.3),
        _F3.rate,
    ),
}


@dataclass(frozen=True)
class CellScale:
    """Networks of cells: rate, memories, cells of `each` type, draws, n, and shares of the overlap."""

    rate: float
    memories: int
    each: int
    draws: int
    powers: tuple[float, ...]
    shares: tuple[float, ...]
    heated: tuple[float, ...]
    dtype: str = "float32"


_HEATED = (0.9, 1.0, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35)

CELLS = {
    "tiny": CellScale(0.1, 20, 6, 2, (3, 12), (0.75, 0.9), _HEATED[::3]),
    "quick": CellScale(0.04, 50, 13, 4, (3, 6, 12, 25), (0.6, 0.75, 0.9, 1.05, 1.2), _HEATED),
    "paper": CellScale(0.01, 100, 13, 24, (3, 6, 9, 12, 18, 25), (0.6, 0.75, 0.9, 1.05, 1.2), _HEATED),
}

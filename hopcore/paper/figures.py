"""The parameters of the paper's figures.

N. E. Boukacem, A. Leary, R. Thériault, F. Gottlieb, M. Mani and P. François, *A Waddington landscape for
prototype learning in generalized Hopfield networks*, arXiv 2312.03012 (2023).  A parameter marked "code" is
not in the paper: it was read in the programs that the authors published with it.
"""

from dataclasses import dataclass
from functools import partial

PIXELS = 784
"""N, the pixels of an MNIST image; T_r = T / N."""


@dataclass(frozen=True)
class FigureParameters:
    """What one figure of the paper was computed with.

    `temperature` is T in the paper's units; `rescaled_temperature` is T/784.  `source` says where each value
    stands: in a caption, in the text, or only in the authors' code.
    """

    figure: str
    n: tuple[float, ...]
    temperature: tuple[float, ...]
    epochs: int
    source: str
    digits: tuple[int, ...] = tuple(range(10))
    per_digit: int = 20
    memories: int = 100
    rate: float = 0.005

    @property
    def rescaled_temperature(self) -> tuple[float, ...]:
        """T_r = T/784 of every temperature."""
        return tuple(value / PIXELS for value in self.temperature)


def _over(first: int, last: int, step: int = 1) -> tuple[float, ...]:
    return tuple(float(value) for value in range(first, last + 1, step))


_TEN_DIGITS = "caption of Fig. 1: 100 memories, 20 images per digit, rate 0.005"
_PAIR = "caption of Fig. 5: T_r = 0.89, one 1 and one 4 with overlaps 753, 494, 719"
_SMALL = "grid, rate and epochs: code"

_HOT = _over(650, 899, 3)

_all = FigureParameters
_pair = partial(FigureParameters, digits=(1, 4), per_digit=1, memories=2)
_small = partial(FigureParameters, n=_over(2, 30), temperature=_over(400, 880, 20), epochs=10_000, rate=0.001)

FIGURES: dict[str, FigureParameters] = {
    each.figure: each
    for each in (
        _all("1", (3.0, 15.0, 30.0), (400.0, 550.0, 670.0), 5000, f"{_TEN_DIGITS}, n, T_r; epochs: code"),
        _all("2A", _over(2, 60), (450.0, 650.0, 750.0), 10_000, "text: T_r; n and epochs: code"),
        _all("2B", (10.0, 25.0, 50.0), (650.0, 750.0), 10_000, "figure: n and T_r; epochs: code"),
        _all("3", (3.0, 30.0), (670.0,), 3500, "caption: n, T_r = 0.85; epochs: code"),
        _all("3S", (15.0, 40.0), (670.0,), 3500, "supplement: other values of n; otherwise as Fig. 3"),
        _all("4", (3.0, 30.0), (0.85 * PIXELS, 800.0), 3500, digits=(1, 4, 7),
             source="caption: T_r = 0.85, digits; code: T = 800 and rate 0.0035"),
        _pair("5A", _over(2, 60), (700.0,), 0, f"{_PAIR}; range of n: chosen here"),
        _pair("5B", (6.0, 20.0, 30.0, 40.0), (700.0,), 0, f"{_PAIR}; n: figure"),
        _pair("5C", (39.0,), (700.0,), 3500, f"{_PAIR}; n: caption; rate, epochs: code", rate=0.0008),
        _pair("5D", (15.0,), (700.0,), 3500, f"{_PAIR}; n: caption; rate, epochs: code", rate=0.0004),
        _small("6 left", source=f"caption: one memory, two images of one digit; {_SMALL}",
               digits=(4,), per_digit=2, memories=1),
        _small("6 right", source=f"caption: two memories, a 4 and a 9; the class means, {_SMALL}",
               digits=(4, 9), per_digit=1, memories=2),
        _all("7", _over(2, 59), (550.0, 750.0, 800.0), 10_000, digits=(1, 7, 9), rate=0.01,
             source="caption: T_r; text: digits 1, 7, 9 (the code takes 1, 7, 8); rate, epochs: code"),
        _all("8", (25.0,), _HOT, 10_000, "caption: n; temperatures, epochs: code"),
        _all("8S", (15.0, 40.0), _HOT, 10_000, "supplement: other values of n; otherwise as Fig. 8"),
    )
}  # fmt: skip
"""Parameters by figure; digits, images per digit, memories and rate are the common ones unless stated."""

MEMORIES_SHOWN_LABEL = 0.99
"""Figure 1 shows memories whose label for the digit 4 is at least this (caption of Fig. 1)."""
INTERMEDIATE_PLATEAU = (50.0, 100.0)
"""Images needed on the intermediate plateau of Figure 2A at T_r = 0.96 (text)."""

GLOBAL_SPLIT_EPOCH = 370
"""At n = 3 almost every digit starts to be recognised around this epoch (text on Fig. 3)."""
FIGURE_3_START = (-0.001, 1e-8)
"""Mean and deviation of memories and labels at its start (authors' files; their program has others)."""
FIGURE_3_EPOCHS = {
    3.0: (200, 270, 370, 510, 620, 900, 3440),
    15.0: (200, 300, 550, 700, 1500, 2000, 3440),
    30.0: (200, 900, 1250, 1530, 1800, 2800, 3440),
    40.0: (200, 620, 1100, 1610, 1870, 2330, 3440),
}
"""Epochs of its panels and of its supplement's, by n (authors' files)."""
LEARNT_AT = {(4,): 1000, (9, 7, 5, 6): 1300}
"""Epochs around which digits are learnt at n = 30 (text on Fig. 3)."""
ALIKE_UNTIL = ((3, 5), 1800)
"""Digits whose memories are identical at n = 30, and up to which epoch (text on Fig. 3)."""
LEARNING_ORDER = ((1, 4, 9, 7), (5, 6), (8, 3), (0, 2))
"""The order in which digits are learnt at n = 30, group by group (text on Fig. 3)."""
TRAINING_SETS = 100
"""Training sets over which the order is compared (supplement)."""
DISTURBED_MOMENTUM, DISTURBED_MINIBATCHES = 0.6, 4
"""Momentum, and minibatches of 50 images, with which learning was repeated (supplement)."""
DISTURBED_NOISE = 1e-5
"""Standard deviation of the noise in every epoch, with which it was repeated (authors' files)."""

FIGURE_4_CODE_RATE = 0.0035
"""Rate of Figure 4 with T = 800 (code; the caption gives T_r = 0.85 and no rate of its own)."""
FIGURE_4_SPLIT_EPOCHS = {30.0: 2360, 3.0: 300}
"""Epochs of the split between 1s and the others in Figure 4, by n (caption: "around")."""

PAIR_OVERLAPS = (753.0, 494.0, 719.0)
"""⟨A|A⟩, ⟨A|B⟩ and ⟨B|B⟩ of the 1 and the 4 (caption of Fig. 5)."""
PAIR_START, PAIR_OFFSET = (0.8, 0.5), 1e-8
"""Where the two memories of Fig. 5C–D start, α and ℓ, and by how much they differ from that (code)."""

FIGURE_6_START, FIGURE_6_MEANS_OF = (0.5, -0.2), 50
"""What the two memories of Figure 6 start with of their own and the other digit; images in a mean (code)."""

FIGURE_7_CODE_DIGITS = (1, 7, 8)
"""Digits of Figure 7 (code; the text says 1, 7 and 9)."""
FIGURE_7_SADDLE_EPOCHS, FIGURE_7_REPEATS = 4000, 10
"""Epochs after which one memory counts as at its saddle, and runs per start, n and T_r (code)."""
FIGURE_7_START_SCALE = 0.8
"""Memories start as this times the mean image of a digit in Figure 7 (code)."""
FIGURE_7_LABEL_NOISE, FIGURE_7_LABEL_START = (-0.03, 0.01), (-0.6, 1.2)
"""Their labels start from a normal distribution of this mean and deviation, plus the first of these values,
and plus the second for the digit itself (code)."""
FIGURE_7_LABEL, FIGURE_8_LABEL = 0.9, 0.98
"""A memory belongs to a digit if its label for it is at least this (Fig. 7), or above it (Fig. 8) (code)."""

VANISHING_ORDER = ((0, 2), (3, 8), (5, 6), (4, 7, 9), (1,))
"""The order in which digits vanish as T_r rises, group by group (text on Fig. 8)."""
ALL_KEPT_UP_TO, ONE_LEFT_ABOVE = 0.85, 1.0
"""T_r up to which all digits are kept at n = 25, and above which only the 1s are left (text on Fig. 8)."""
ONE_LEFT_IN_FIGURE = 1.036
"""T_r above which the figure itself has 1s alone (authors' files)."""

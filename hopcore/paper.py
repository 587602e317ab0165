"""The paper in numbers: the parameters of its figures and the statements that the book tests.

N. E. Boukacem, A. Leary, R. Thériault, F. Gottlieb, M. Mani and P. François, *A Waddington landscape for
prototype learning in generalized Hopfield networks*, arXiv 2312.03012 (2023).  A parameter marked "code" is
not in the paper: it was read in the programs that the authors published with it.
"""

from __future__ import annotations

from dataclasses import dataclass

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

FIGURES: dict[str, FigureParameters] = {
    each.figure: each
    for each in (
        FigureParameters(
            "1", (3.0, 15.0, 30.0), (400.0, 550.0, 670.0), 5000, f"{_TEN_DIGITS}, n, T_r; epochs: code"
        ),
        FigureParameters("2A", _over(2, 60), (450.0, 650.0, 750.0), 10_000, "text: T_r; n and epochs: code"),
        FigureParameters("2B", (10.0, 25.0, 50.0), (650.0, 750.0), 10_000, "figure: n and T_r; epochs: code"),
        FigureParameters("3", (3.0, 30.0), (670.0,), 3500, "caption: n, T_r = 0.85; epochs: code"),
        FigureParameters(
            "3S", (15.0, 40.0), (670.0,), 3500, "supplement: other values of n; otherwise as Fig. 3"
        ),
        FigureParameters(
            "4",
            (3.0, 30.0),
            (0.85 * PIXELS, 800.0),
            3500,
            "caption: T_r = 0.85, digits; code: T = 800 and rate 0.0035",
            digits=(1, 4, 7),
        ),
        FigureParameters(
            "5A",
            _over(2, 60),
            (700.0,),
            0,
            f"{_PAIR}; range of n: chosen here",
            digits=(1, 4),
            per_digit=1,
            memories=2,
        ),
        FigureParameters(
            "5B",
            (6.0, 20.0, 30.0, 40.0),
            (700.0,),
            0,
            f"{_PAIR}; n: figure",
            digits=(1, 4),
            per_digit=1,
            memories=2,
        ),
        FigureParameters(
            "5C",
            (39.0,),
            (700.0,),
            3500,
            f"{_PAIR}; n: caption; rate, epochs: code",
            digits=(1, 4),
            per_digit=1,
            memories=2,
            rate=0.0008,
        ),
        FigureParameters(
            "5D",
            (15.0,),
            (700.0,),
            3500,
            f"{_PAIR}; n: caption; rate, epochs: code",
            digits=(1, 4),
            per_digit=1,
            memories=2,
            rate=0.0004,
        ),
        FigureParameters(
            "6 left",
            _over(2, 30),
            _over(400, 880, 20),
            10_000,
            "caption: one memory, two images of one digit; grid, rate and epochs: code",
            digits=(4,),
            per_digit=2,
            memories=1,
            rate=0.001,
        ),
        FigureParameters(
            "6 right",
            _over(2, 30),
            _over(400, 880, 20),
            10_000,
            "caption: two memories, a 4 and a 9; the class means, grid, rate and epochs: code",
            digits=(4, 9),
            per_digit=1,
            memories=2,
            rate=0.001,
        ),
        FigureParameters(
            "7",
            _over(2, 59),
            (550.0, 750.0, 800.0),
            10_000,
            "caption: T_r; text: digits 1, 7, 9 (the code takes 1, 7, 8); rate, epochs: code",
            digits=(1, 7, 9),
            rate=0.01,
        ),
        FigureParameters("8", (25.0,), _over(650, 899, 3), 10_000, "caption: n; temperatures, epochs: code"),
        FigureParameters(
            "8S",
            (15.0, 40.0),
            _over(650, 899, 3),
            10_000,
            "supplement: other values of n; otherwise as Fig. 8",
        ),
    )
}
"""Parameters by figure; digits, images per digit, memories and rate are the common ones unless stated."""

MEMORIES_SHOWN_LABEL = 0.99
"""Figure 1 shows memories whose label for the digit 4 is at least this (caption of Fig. 1)."""

GLOBAL_SPLIT_EPOCH = 370
"""At n = 3 almost every digit starts to be recognised around this epoch (text on Fig. 3)."""

LEARNING_ORDER = ((1, 4, 9, 7), (5, 6), (8, 3), (0, 2))
"""The order in which digits are learnt at n = 30, group by group (text on Fig. 3)."""

TRAINING_SETS = 100
"""Training sets over which the order is compared (supplement)."""

DISTURBED_MOMENTUM, DISTURBED_MINIBATCHES = 0.6, 4
"""Momentum, and minibatches of 50 images, with which learning was repeated (supplement)."""

FIGURE_4_CODE_RATE = 0.0035
"""Rate of Figure 4 with T = 800 (code; the caption gives T_r = 0.85 and no rate of its own)."""

FIGURE_4_SPLIT_EPOCHS = {30.0: 2360, 3.0: 300}
"""Epochs of the split between 1s and the others in Figure 4, by n (caption: "around")."""

FIGURE_7_CODE_DIGITS = (1, 7, 8)
"""Digits of Figure 7 (code; the text says 1, 7 and 9)."""

FIGURE_7_SADDLE_EPOCHS, FIGURE_7_REPEATS = 4000, 10
"""Epochs after which one memory counts as at its saddle, and runs per start, n and T_r (code)."""

FIGURE_7_LABEL, FIGURE_8_LABEL = 0.9, 0.98
"""A memory belongs to a digit if its label for it is at least this (Fig. 7), or above it (Fig. 8) (code)."""

VANISHING_ORDER = ((0, 2), (3, 8), (5, 6), (4, 7, 9), (1,))
"""The order in which digits vanish as T_r rises, group by group (text on Fig. 8)."""

ALL_KEPT_UP_TO, ONE_LEFT_ABOVE = 0.85, 1.0
"""T_r up to which all digits are kept at n = 25, and above which only the 1s are left (text on Fig. 8)."""

PAIR_OVERLAPS = (753.0, 494.0, 719.0)
"""⟨A|A⟩, ⟨A|B⟩ and ⟨B|B⟩ of the 1 and the 4 (caption of Fig. 5)."""

PAIR_START, PAIR_OFFSET = (0.8, 0.5), 1e-8
"""Where the two memories of Fig. 5C–D start, α and ℓ, and by how much they differ from that (code)."""

RECONSTRUCTION_TOLERANCE = 0.05
"""L1 error allowed in a rebuilt memory, as a share of N times the mean absolute pixel (code)."""


@dataclass(frozen=True)
class Claim:
    """One statement of the paper that a chapter answers with a measurement."""

    id: str
    figure: str
    statement: str


CLAIMS: dict[str, Claim] = {
    each.id: each
    for each in (
        Claim(
            "F1",
            "1",
            "At n = 3 a memory mixes many images, with small coefficients of both signs. At n = 30 "
            "and T_r = 0.85 a few images of one digit dominate it, and one of its labels is +1.",
        ),
        Claim(
            "F2",
            "2A",
            "The largest coefficient of a memory, averaged over the memories, stays small at low n "
            "and rises from a threshold in n that depends on T_r.",
        ),
        Claim(
            "F3",
            "2A",
            "The number of images needed to rebuild a memory falls about linearly in n to a low "
            "plateau at T_r = 0.57 and 0.83; at 0.96 there is an intermediate plateau of 50 to 100 "
            "images.",
        ),
        Claim(
            "F4",
            "2B",
            "On the map of MNIST the memories spread over the digits' clusters at high n; at lower n "
            "and high T_r they sit near the centres of the clusters.",
        ),
        Claim(
            "W1",
            "3",
            "At n = 3 only 1s are recognised at first; then almost every digit starts to be, at about "
            "the same epoch (near 370).",
        ),
        Claim(
            "W2",
            "3",
            "At n = 30 digits are learnt one after another: 1, 4, 9 and 7 first, then 5 and 6, then 8 "
            "and 3, last 0 and 2.",
        ),
        Claim(
            "W3",
            "3",
            "The order is the same from start to start and from training set to training set, more so "
            "as n grows.",
        ),
        Claim(
            "W4",
            "3",
            "Memories with one fate follow one path and part only at the end; before a split they "
            "look like mixtures.",
        ),
        Claim(
            "W5",
            "S",
            "Momentum, minibatches and pulses of noise do not change the sequence of splits.",
        ),
        Claim(
            "C1",
            "4",
            "With 1, 4 and 7 at n = 30 the first split is near a 1-share of 0.5, the second where 4 "
            "and 7 have equal shares; in between the trails keep to one line. The saddles lie among "
            "the 8s and 9s of the map, which were not trained.",
        ),
        Claim(
            "C2",
            "4",
            "With 1, 4 and 7 at n = 3 there is one split, near epoch 300, and the trails spread out.",
        ),
        Claim(
            "B1",
            "5",
            "The labels of two digits soon become opposite and all others −1, and the memory reaches "
            "|α_A| + |α_B| = 1.",
        ),
        Claim(
            "B2",
            "5A",
            "As n grows there are three fixed points, then one, then three, with folds in between.",
        ),
        Claim(
            "B3",
            "5B",
            "n = 6: nullclines nearly vertical, ℓ near 0. n = 20: distinct memories with low labels. "
            "n = 30: only α ≈ 0.5, ℓ ≈ 0. n = 40: three fixed points again, with large labels.",
        ),
        Claim(
            "B4",
            "S",
            "Because the two self-overlaps are nearly equal, the system is close to a pitchfork.",
        ),
        Claim(
            "B5",
            "5C",
            "Two memories first go to the nearest saddle of the reduced system, then part along its "
            "linearised flow.",
        ),
        Claim(
            "P1",
            "6 left",
            "Two images of one digit: a memory becomes a pure prototype at high n and T_r, and one "
            "coefficient jumps above 0.5 at a threshold in n that T(n) marks.",
        ),
        Claim(
            "P2",
            "6 right",
            "Two digits: the coefficients change smoothly with n, and no memory becomes pure.",
        ),
        Claim(
            "D1",
            "7",
            "Started near a 1 or near a 7, learning at T_r ≈ 1 meets two saddles, then one, then two "
            "as n grows, and the final share of 1s and 7s follows the saddle that was visited.",
        ),
        Claim(
            "A1",
            "8",
            "At n = 25 all digits are kept up to T_r ≈ 0.85; then they vanish in the order 0 and 2; 3 "
            "and 8; 5 and 6; 4, 7 and 9; only 1 is left above T_r = 1.",
        ),
        Claim(
            "A2",
            "8",
            "Digits vanish in the reverse of the order in which they are learnt: memories stay at saddles.",
        ),
    )
}
"""The paper's statements by id, in this book's words."""

"""What is left of the digits as it gets hotter (Fig. 8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from hopcore.plotting.images import draw_block
from hopcore.plotting.style import DIGIT_COLOURS, INK, WIDTH, Picture, new_figure, styled

_ACROSS = 10  # memories in a row


@styled
def vanishing_strip(
    values: ArrayLike, order: Sequence[int], limits: tuple[float, float], *, x_label: str
) -> Picture:
    """Where each digit vanishes: a row for each digit, from the top in `order`, a dot for each training set.

    `values` (sets, digits) beyond the `limits` are drawn as arrows at the edge; a bar marks the mean of the
    others.
    """
    values = np.asarray(values, dtype=float)
    figure = new_figure(0.24 * len(order) + 0.8)
    axes = figure.subplots()
    for row, digit in enumerate(order):
        colour = DIGIT_COLOURS[digit]
        known = np.isfinite(values[:, digit])
        inside = values[known, digit]
        shift = np.linspace(-0.2, 0.2, len(inside)) if len(inside) > 1 else np.zeros(len(inside))
        axes.plot(inside, row + shift, "o", color=colour, markersize=4.5, clip_on=False)
        if len(inside):
            axes.plot([inside.mean()] * 2, [row - 0.38, row + 0.38], color=colour, linewidth=2.2)
        for edge, mark, beyond in ((limits[0], "<", -np.inf), (limits[1], ">", np.inf)):
            if (values[:, digit] == beyond).any():
                axes.plot([edge], [row], mark, color=colour, markersize=6, clip_on=False)
    axes.set_yticks(range(len(order)), map(str, order))
    for label, digit in zip(axes.get_yticklabels(), order, strict=True):
        label.set(color=DIGIT_COLOURS[digit], weight="bold")
    axes.set(xlim=limits, ylim=(len(order) - 0.4, -0.6), xlabel=x_label, ylabel="digit")
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.6)
    return Picture(figure, "svg")


@styled
def population_frame(memories: ArrayLike, digits: ArrayLike, title: str, most: int) -> Picture:
    """All memories (K, N) in the order of their digits (K,), those without one (−1) last; how many of each.

    `most` is the end of the bars' axis, the same for all frames of a movie.
    """
    memories, digits = np.asarray(memories, dtype=float), np.asarray(digits)
    categories = len(DIGIT_COLOURS)
    order = np.argsort(np.where(digits < 0, categories, digits), kind="stable")
    figure = new_figure(0.66 * WIDTH + 0.35)
    left, right = figure.subplots(1, 2, width_ratios=(0.66, 0.34))
    draw_block(left, memories[order], _ACROSS)
    left.set_title(title)
    counts = [int((digits == digit).sum()) for digit in range(categories)] + [int((digits < 0).sum())]
    right.barh(range(categories + 1), counts, color=[*DIGIT_COLOURS, INK], height=0.8)
    right.set_yticks(range(categories + 1), [*map(str, range(categories)), "none"])
    right.set(xlim=(0, most), ylim=(categories + 0.6, -0.6), xlabel="memories")
    return Picture(figure, "png")

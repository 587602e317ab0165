"""A memory's make-up: its coefficients, digit by digit, and its labels."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .style import DIGIT_COLOURS, INK, Picture, digit_text, panel_table, styled

_DIGITS = range(len(DIGIT_COLOURS))


def largest_in_the_middle(values: ArrayLike) -> np.ndarray:
    """The same values with the largest in the middle and the others falling off to both sides in turn."""
    falling = np.sort(np.asarray(values, dtype=float))[::-1]
    return np.concatenate([falling[1::2][::-1], falling[0::2]])


def _draw_coefficients(axes: Axes, alpha: np.ndarray, digits: np.ndarray) -> None:
    start = 0
    for digit in _DIGITS:
        own = largest_in_the_middle(alpha[digits == digit])
        if len(own):
            edges = np.arange(start, start + len(own) + 1) - 0.5
            # The outline keeps a single tall bar visible where a bar is narrower than a pixel.
            axes.stairs(own, edges, fill=True, color=DIGIT_COLOURS[digit], linewidth=0.8)
            _write_digit(axes, start + (len(own) - 1) / 2, digit)
        start += len(own)
    axes.set_xlim(-1, start)


def _draw_labels(axes: Axes, labels: np.ndarray) -> None:
    axes.bar(_DIGITS, labels, color=DIGIT_COLOURS, width=0.8)
    axes.set(ylim=(-1.05, 1.05), yticks=(-1, 0, 1))
    for digit in _DIGITS:
        _write_digit(axes, digit, digit)


def _write_digit(axes: Axes, at: float, digit: int) -> None:
    """Under the bars at a place; so small that ten fit under a panel."""
    under = {"transform": axes.get_xaxis_transform(), "va": "top", "size": 9.5}
    axes.text(at, -0.03, str(digit), **digit_text(digit, **under))


def _panels(
    draw: Callable[[Axes, np.ndarray], None],
    values: Sequence[Sequence[ArrayLike]],
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    name: str,
) -> Picture:
    """A table of panels with bars that `draw` draws."""
    height, shape = len(values) * 1.25 + 0.3, (len(values), len(column_titles))
    figure, grid = panel_table(height, *shape, column_titles=column_titles, sharey=True)
    for line, row, title in zip(grid, values, row_titles, strict=True):
        line[0].set_ylabel(f"{title}\n{name}")
        for axes, own in zip(line, row, strict=True):
            draw(axes, np.asarray(own, dtype=float))
            axes.axhline(0, color=INK, linewidth=0.6)
            axes.set_xticks([])
            axes.spines["bottom"].set_visible(False)
    return Picture(figure, "svg")


@styled
def coefficient_panels(
    alpha: Sequence[Sequence[ArrayLike]],
    digits: ArrayLike,
    row_titles: Sequence[str],
    column_titles: Sequence[str],
) -> Picture:
    """Coefficients (S,) of one memory per panel, a bar per image, grouped by digit."""
    draw = partial(_draw_coefficients, digits=np.asarray(digits))
    return _panels(draw, alpha, row_titles, column_titles, "α")


@styled
def label_panels(
    labels: Sequence[Sequence[ArrayLike]], row_titles: Sequence[str], column_titles: Sequence[str]
) -> Picture:
    """Labels (C,) of one memory per panel, one bar per digit."""
    return _panels(_draw_labels, labels, row_titles, column_titles, "label")

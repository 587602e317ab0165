"""Stacked bands, one for each digit: images recognised over epochs, memories over temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike

from hopcore.plotting.style import DIGIT_COLOURS, Picture, digit_text, new_figure, styled

_NAMED = 5  # memories: a thinner band has no room for its name
_LIGHT = 0.55  # a colour above this weighted mean of its parts is too light for white names


def _stack(axes: Axes, title: str, across: np.ndarray, counts: np.ndarray, top: float) -> np.ndarray:
    """Draw bands (P, C) that reach up to ``top``; the heights of their middles (P, C)."""
    axes.stackplot(across, counts.T, colors=DIGIT_COLOURS, linewidth=0.4, edgecolor="white")
    axes.set(title=title, xlim=(across[0], across[-1]), ylim=(0, top))
    return np.cumsum(counts, axis=1) - counts / 2


@dataclass(frozen=True)
class Recognition:
    """A panel's title, epochs (E,), and the images recognised of each digit, (E, C)."""

    title: str
    epochs: ArrayLike
    counts: ArrayLike


@styled
def recognised_panels(panels: Sequence[Recognition], per_digit: int) -> Picture:
    """Bands as high as the number of the digit's images that are recognised, named at their right ends."""
    figure = new_figure(2.5 * len(panels))
    grid = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for axes, panel in zip(grid, panels, strict=True):
        epochs, counts = np.asarray(panel.epochs), np.asarray(panel.counts, dtype=float)
        middles = _stack(axes, panel.title, epochs, counts, per_digit * counts.shape[1])
        for digit in np.flatnonzero(counts[-1]).tolist():
            name = digit_text(digit, ha="left", size=9.5, textcoords="offset points", annotation_clip=False)
            axes.annotate(str(digit), (epochs[-1], middles[-1, digit]), xytext=(4, 0), **name)
        axes.set_ylabel("images recognised")
    grid[-1].set_xlabel("epoch")
    return Picture(figure, "png")


@styled
def population_panels(panels: Mapping[str, xr.DataArray], memories: int) -> Picture:
    """By title, how many memories belong to each digit, (rescaled_temperature, category).

    What is blank are memories without a digit. Each band has its digit's name where it is widest.
    """
    figure = new_figure(2.3 * len(panels) + 0.3)
    grid = figure.subplots(len(panels), 1, squeeze=False, sharex=True)[:, 0]
    for axes, (title, population) in zip(grid, panels.items(), strict=True):
        hot, counts = population.rescaled_temperature.values, population.values.astype(float)
        middles = _stack(axes, title, hot, counts, memories)
        first = int(len(hot) > 2)  # names stay inside the panel
        for digit, widest in enumerate(first + counts[first : len(hot) - first].argmax(axis=0)):
            if counts[widest, digit] >= _NAMED:
                light = np.dot(to_rgb(DIGIT_COLOURS[digit]), (0.299, 0.587, 0.114)) > _LIGHT
                name = digit_text(digit, color="black" if light else "white", size=9)
                axes.text(hot[widest], middles[widest, digit], str(digit), **name)
        axes.set_ylabel("memories")
    grid[-1].set_xlabel("$T_r$")
    return Picture(figure, "png")

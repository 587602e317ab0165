"""Memories on a two-dimensional map of the images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from hopcore.plotting.images import draw_block
from hopcore.plotting.style import DIGIT_COLOURS, WIDTH, Picture, new_figure, styled


@dataclass(frozen=True)
class MapPanel:
    """One panel: a title, the memories' places (K, 2), and a few memories (count, pixels) drawn above."""

    title: str
    places: ArrayLike
    samples: ArrayLike


def draw_background(axes: Axes, places: ArrayLike, digits: ArrayLike) -> None:
    """Draw the images' places (S, 2) in their digits' colours; name each digit at its median place."""
    places, digits = np.asarray(places), np.asarray(digits)
    colours = np.asarray(DIGIT_COLOURS)[digits]
    axes.scatter(places[:, 0], places[:, 1], s=1.2, c=colours, linewidths=0, alpha=0.55, rasterized=True)
    for digit in np.unique(digits):
        x, y = np.median(places[digits == digit], axis=0)
        axes.text(
            x,
            y,
            str(digit),
            color="black",
            weight="bold",
            ha="center",
            va="center",
            zorder=5,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
    axes.set_aspect("equal")
    axes.set_axis_off()


@styled
def map_panels(
    panels: Sequence[Sequence[MapPanel]], background: ArrayLike, digits: ArrayLike, *, samples: int = 5
) -> Picture:
    """Rows of panels: memories as white discs on the map, with `samples` of them drawn above each panel."""
    across = len(panels[0])
    side = WIDTH / across
    figure = new_figure(len(panels) * (side * (1 + 1 / samples) + 0.35))
    outer = figure.subfigures(len(panels), across, squeeze=False)
    for line, row in zip(outer, panels, strict=True):
        for part, panel in zip(line, row, strict=True):
            above, below = part.subplots(2, 1, height_ratios=(1 / samples, 1))
            above.set_title(panel.title)
            draw_block(above, np.asarray(panel.samples)[:samples], columns=samples, rows=1)
            draw_background(below, background, digits)
            places = np.asarray(panel.places)
            discs = {"s": 13, "facecolor": "white", "edgecolor": "black", "linewidth": 0.7}
            below.scatter(places[:, 0], places[:, 1], zorder=4, **discs)
    return Picture(figure, "png")

"""Memories on a two-dimensional map of the images."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from .images import draw_block
from .style import DIGIT_COLOURS, WIDTH, Picture, digit_text, new_figure, styled


def draw_background(axes: Axes, places: ArrayLike, digits: ArrayLike) -> None:
    """Draw the images' places (S, 2) in their digits' colours; name each digit at its median place."""
    places, digits = np.asarray(places), np.asarray(digits)
    colours = np.asarray(DIGIT_COLOURS)[digits]
    axes.scatter(places[:, 0], places[:, 1], s=1.2, c=colours, linewidths=0, alpha=0.55, rasterized=True)
    for digit in np.unique(digits):
        x, y = np.median(places[digits == digit], axis=0)
        halo = [withStroke(linewidth=2.5, foreground="white")]
        axes.text(x, y, str(digit), path_effects=halo, **digit_text(digit, color="black", zorder=5))
    axes.set_aspect("equal")
    axes.set_axis_off()


@styled
def map_panels(
    networks: xr.Dataset, background: ArrayLike, digits: ArrayLike, *, samples: int = 5
) -> Picture:
    """Memories as white discs on the map, rows over n and columns over T_r, some drawn above each panel.

    `networks` has ``places`` (n, rescaled_temperature, memory, axis) and ``memories`` (…, memory, pixel).
    """
    rows, across = networks.sizes["n"], networks.sizes["rescaled_temperature"]
    side = WIDTH / across
    figure = new_figure(rows * (side * (1 + 1 / samples) + 0.35))
    outer = figure.subfigures(rows, across, squeeze=False)
    for (row, column), part in np.ndenumerate(outer):
        network = networks.isel(n=row, rescaled_temperature=column)
        above, below = part.subplots(2, 1, height_ratios=(1 / samples, 1))
        above.set_title(f"$n$ = {network.n:.0f}, $T_r$ = {network.rescaled_temperature:.2f}")
        draw_block(above, network.memories.values[:samples], columns=samples, rows=1)
        draw_background(below, background, digits)
        discs = {"s": 13, "facecolor": "white", "edgecolor": "black", "linewidth": 0.7}
        below.scatter(*network.places.values.T, zorder=4, **discs)
    return Picture(figure, "png")

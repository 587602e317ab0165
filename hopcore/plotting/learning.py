"""Learning over epochs: trails on a map, and tables of memories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from hopcore.plotting.images import draw_block
from hopcore.plotting.maps import draw_background
from hopcore.plotting.style import INK, WIDTH, Picture, digit_text, fate_colours, new_figure, styled

_NAME = 9.5  # points


@dataclass(frozen=True)
class Trails:
    """A panel's title, the memories' places up to now (E, K, 2), and the digit that colours each (K,)."""

    title: str
    places: ArrayLike
    digits: ArrayLike


def draw_trails(axes: Axes, places: ArrayLike, digits: ArrayLike, *, size: float = 12) -> None:
    """Draw paths (E, K, 2) in the colours of (K,) digits, grey for none (below 0), a disc at their ends."""
    places, colours = np.asarray(places, dtype=float), fate_colours(digits)
    if len(places) > 1:
        casing = withStroke(linewidth=1.8, foreground="white", alpha=0.5)
        lines = LineCollection(list(places.transpose(1, 0, 2)), colors=colours, linewidths=0.8, zorder=3)
        lines.set_path_effects([casing])
        axes.add_collection(lines)
    x, y = places[-1].T
    axes.scatter(x, y, s=size, c=colours, edgecolors="black", linewidths=0.6, zorder=6)


@styled
def trail_panels(panels: Sequence[Sequence[Trails]], background: ArrayLike, digits: ArrayLike) -> Picture:
    """Rows of maps with the memories' trails; all show the same part of the plane."""
    across = len(panels[0])
    figure = new_figure(len(panels) * (0.88 * WIDTH / across + 0.25))
    grid = figure.subplots(len(panels), across, squeeze=False)
    for line, row in zip(grid, panels, strict=True):
        for axes, panel in zip(line, row, strict=True):
            draw_background(axes, background, digits)
            draw_trails(axes, panel.places, panel.digits)
            axes.set_title(panel.title)
    return Picture(figure, "png")


@styled
def image_table(
    images: ArrayLike, row_titles: Sequence[str], column_titles: Sequence[str], colours: Sequence[str] = ()
) -> Picture:
    """Images (rows, columns, pixels) in one tight table; `colours` are those of the column titles."""
    images = np.asarray(images, dtype=float)
    rows, columns, pixels = images.shape
    step = round(pixels**0.5) + 3  # the gap that `draw_block` leaves
    left = 0.55
    figure = new_figure((WIDTH - left) * rows / columns + 0.35)
    axes = figure.subplots()
    draw_block(axes, images.reshape(-1, pixels), columns, rows)
    for row, title in enumerate(row_titles):
        axes.text(-4, step * row + step / 2, title, ha="right", va="center", size=_NAME)
    for column, title in enumerate(column_titles):
        colour = colours[column] if colours else INK
        text: dict[str, Any] = {"color": colour, "weight": "bold" if colours else "normal", "size": _NAME}
        axes.text(step * column + step / 2, -4, title, ha="center", va="bottom", **text)
    return Picture(figure, "png")


def memory_table(memories: xr.DataArray) -> Picture:
    """Memories (n, rescaled_temperature, memory, pixel) in a table: n to the right, temperature upwards."""
    rows = memories.transpose("rescaled_temperature", "n", "memory", "pixel")[::-1]
    copies = memories.sizes["memory"]
    return image_table(
        rows.values.reshape(len(rows), -1, memories.sizes["pixel"]),
        [f"{temperature:.2f}" for temperature in rows.rescaled_temperature.values],
        [title for n in memories.n.values for title in (f"$n$ = {n:.0f}", *[""] * (copies - 1))],
    )


@styled
def digit_scatter(x: ArrayLike, y: ArrayLike, *, x_label: str, y_label: str) -> Picture:
    """One mark for each digit, which is the digit itself, at (x, y)."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    figure = new_figure(2.9)
    axes = figure.subplots()
    for digit, place in enumerate(zip(x, y, strict=True)):
        axes.text(*place, str(digit), **digit_text(digit, size=14))
    for values, limit in ((x, axes.set_xlim), (y, axes.set_ylim)):
        margin = 0.08 * np.ptp(values) + 1e-9
        limit(values.min() - margin, values.max() + margin)
    axes.set(xlabel=x_label, ylabel=y_label)
    return Picture(figure, "svg")

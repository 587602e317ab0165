"""Images and memories as pictures: one map, fixed to [−1, 1], no axes, a thin frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from hopcore.plotting.style import INK, PIXEL_MAP, WIDTH, Picture, new_figure, styled

_GAP = 3  # pixels between the images of a block


def draw_block(axes: Axes, images: ArrayLike, columns: int, rows: int | None = None) -> None:
    """Draw images (count, pixels), each square, row by row; places beyond `count` stay empty."""
    images = np.atleast_2d(np.asarray(images, dtype=float))
    count, pixels = images.shape
    side = round(pixels**0.5)
    if side * side != pixels:
        raise ValueError(f"images must be square to be drawn, got {pixels} pixels")
    rows = -(-count // columns) if rows is None else rows
    step = side + _GAP
    mosaic = np.full((rows * step - _GAP, columns * step - _GAP), np.nan)
    for place, image in enumerate(images[: rows * columns]):
        top, left = step * (place // columns), step * (place % columns)
        mosaic[top : top + side, left : left + side] = image.reshape(side, side)
        corner = (left - 0.5, top - 0.5)
        axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=INK, linewidth=0.5))
    axes.imshow(mosaic, cmap=PIXEL_MAP, vmin=-1, vmax=1, interpolation="nearest")
    axes.set(xlim=(-1.5, mosaic.shape[1] + 0.5), ylim=(mosaic.shape[0] + 0.5, -1.5))
    axes.set_axis_off()


@styled
def image_rows(
    rows: Sequence[ArrayLike], row_titles: Sequence[str], column_titles: Sequence[str] = ()
) -> Picture:
    """Rows of images, one array (count, pixels) each, with titles at the left and above the columns."""
    columns = max(len(np.atleast_2d(row)) for row in rows)
    cell = (WIDTH - 1.0) / columns
    figure = new_figure(len(rows) * cell * 1.08 + (0.35 if column_titles else 0.1))
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for line, row, title in zip(grid, rows, row_titles, strict=True):
        for axes in line:
            axes.set_axis_off()
        for axes, image in zip(line, np.atleast_2d(row), strict=False):
            draw_block(axes, image, columns=1)
        line[0].text(-0.12, 0.5, title, transform=line[0].transAxes, ha="right", va="center")
    for axes, title in zip(grid[0], column_titles, strict=False):
        axes.set_title(title)
    return Picture(figure, "png")


@styled
def image_blocks(
    blocks: Sequence[Sequence[ArrayLike]],
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    *,
    columns: int = 3,
    rows: int = 3,
) -> Picture:
    """A table of blocks of up to `columns` × `rows` images: how memories change with two parameters."""
    across = len(blocks[0])
    figure = new_figure(len(blocks) * (WIDTH - 0.4) / across * rows / columns + 0.4)
    grid: Any = figure.subplots(len(blocks), across, squeeze=False)
    for line, row, title in zip(grid, blocks, row_titles, strict=True):
        for axes, images in zip(line, row, strict=True):
            images = np.asarray(images, dtype=float)
            if len(images):
                draw_block(axes, images, columns, rows)
            else:
                axes.set_axis_off()
                axes.text(0.5, 0.5, "none", ha="center", va="center", transform=axes.transAxes)
        line[0].text(-0.06, 0.5, title, transform=line[0].transAxes, rotation=90, ha="right", va="center")
    for axes, title in zip(grid[0], column_titles, strict=True):
        axes.set_title(title)
    return Picture(figure, "png")

"""Images and memories as pictures: one map, fixed to [−1, 1], no axes, a thin frame."""

from collections.abc import Sequence
from itertools import repeat
from math import ceil

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from .style import INK, PIXEL_MAP, WIDTH, Picture, fate_colours, panel_table, styled

_GAP = 3  # pixels between the images of a block
_NAME = 9.5  # points


def square(images: ArrayLike) -> np.ndarray:
    """Images (…, pixels) as squares (…, side, side), with empty places where no square has so many pixels."""
    images = np.asarray(images, dtype=float)
    side = ceil(images.shape[-1] ** 0.5)
    empty = np.full((*images.shape[:-1], side * side - images.shape[-1]), np.nan)
    return np.concatenate([images, empty], axis=-1).reshape(*images.shape[:-1], side, side)


def draw_block(axes: Axes, images: ArrayLike, columns: int, rows: int | None = None) -> None:
    """Draw images (count, pixels) or (count, high, wide), row by row; places beyond `count` stay empty."""
    images = np.atleast_2d(np.asarray(images, dtype=float))
    images = images if images.ndim == 3 else square(images)
    count, high, wide = images.shape
    rows = -(-count // columns) if rows is None else rows
    down, across = high + _GAP, wide + _GAP
    mosaic = np.full((rows * down - _GAP, columns * across - _GAP), np.nan)
    for place, image in enumerate(images[: rows * columns]):
        top, left = down * (place // columns), across * (place % columns)
        mosaic[top : top + high, left : left + wide] = image
        corner = (left - 0.5, top - 0.5)
        axes.add_patch(Rectangle(corner, wide, high, fill=False, edgecolor=INK, linewidth=0.5))
    axes.imshow(mosaic, cmap=PIXEL_MAP, vmin=-1, vmax=1, interpolation="nearest")
    axes.set(xlim=(-1.5, mosaic.shape[1] + 0.5), ylim=(mosaic.shape[0] + 0.5, -1.5))
    axes.set_axis_off()


def draw_table(
    axes: Axes,
    images: ArrayLike,
    row_titles: Sequence[object],
    column_titles: Sequence[object],
    colours: Sequence[str] = (),
) -> None:
    """Draw images (rows, columns, pixels) with titles at the left and above; `colours` are of those above.

    Images that are no squares of pixels are (rows, columns, high, wide).
    """
    images = np.asarray(images, dtype=float)
    images = images if images.ndim == 4 else square(images)
    rows, columns, high, wide = images.shape
    draw_block(axes, images.reshape(-1, high, wide), columns, rows)
    down, step = high + _GAP, wide + _GAP
    for row, title in enumerate(row_titles):
        axes.text(-4, down * row + down / 2, str(title), ha="right", va="center", size=_NAME)
    weight = "bold" if colours else "normal"
    for column, (title, colour) in enumerate(zip(column_titles, colours or repeat(INK), strict=False)):
        at = step * column + step / 2
        axes.text(at, -4, str(title), ha="center", va="bottom", size=_NAME, color=colour, weight=weight)


@styled
def image_table(
    images: ArrayLike,
    row_titles: Sequence[object],
    column_titles: Sequence[object] = (),
    colours: Sequence[str] = (),
) -> Picture:
    """Images (rows, columns, pixels) in one tight table; `colours` are those of the column titles."""
    rows, columns = np.shape(images)[:2]
    left = 0.55 if max(len(str(title)) for title in row_titles) < 6 else 0.8
    figure, grid = panel_table((WIDTH - left) * rows / columns + (0.35 if len(column_titles) else 0.1))
    draw_table(grid[0, 0], images, row_titles, column_titles, colours)
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


def fate_table(
    memories: ArrayLike,
    fates: ArrayLike,
    titles: Sequence[object],
    each: int = 2,
    none: bool = False,
    names: Sequence[str] = (),
) -> Picture:
    """The first `each` memories of every fate, across, in memories (rows, K, pixels) with `titles`.

    `fates` are (K,) or (rows, K), below 0 for `none`. Fates without a memory are left out, gaps stay empty;
    `names` are those of all categories.
    """
    memories = np.asarray(memories, dtype=float)
    fates = np.broadcast_to(fates, memories.shape[:2])
    found = [fate for fate in (*range(int(fates.max()) + 1), *[-1] * none) if (fates == fate).any()]
    empty = np.full((each, memories.shape[2]), np.nan)
    rows = [
        np.concatenate([[*own[digits == fate], *empty][:each] for fate in found])
        for own, digits in zip(memories, fates, strict=True)
    ]
    called = ["none" if fate < 0 else names[fate] if len(names) else fate for fate in found]
    above = [title for name in called for title in (name, *[""] * (each - 1))]
    return image_table(rows, titles, above, fate_colours(np.repeat(found, each)))


@styled
def image_blocks(
    blocks: Sequence[Sequence[ArrayLike]],
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    *,
    side: int = 3,
) -> Picture:
    """A table of blocks of up to `side` × `side` images: how memories change with two parameters.

    Images are rows of pixels or pictures (high, wide); those that are NaN are left out.
    """
    rows, across = len(blocks), len(blocks[0])
    figure, grid = panel_table(rows * (WIDTH - 0.4) / across + 0.4, rows, across, column_titles=column_titles)
    for line, row, title in zip(grid, blocks, row_titles, strict=True):
        for axes, images in zip(line, row, strict=True):
            images = np.asarray(images, dtype=float)
            images = images[~np.isnan(images).any(axis=tuple(range(1, images.ndim)))]
            if len(images):
                draw_block(axes, images, side, side)
            else:
                axes.set_axis_off()
                axes.text(0.5, 0.5, "none", ha="center", va="center", transform=axes.transAxes)
        line[0].text(-0.06, 0.5, title, transform=line[0].transAxes, rotation=90, ha="right", va="center")
    return Picture(figure, "png")

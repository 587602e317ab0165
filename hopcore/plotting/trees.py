"""The tree of splits as a landscape seen from above: time runs down, valleys fork."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import ArrayLike

from hopcore.splits.tree import Fate, Split, SplitTree

from .images import square
from .style import (
    INK,
    PIXEL_MAP,
    WIDTH,
    Picture,
    category_colour,
    digit_text,
    fate_colours,
    new_figure,
    panel_table,
    pushed_apart,
    styled,
)

_SIDE = 0.86  # of an image, where neighbouring fates are 1 apart
_STEP = 1.12  # between two splits
_NAME = 0.17  # of a fate's name below a landscape, where the outermost fates are 2 apart


@styled
def split_tree_picture(
    tree: SplitTree,
    image: Callable[[Split | Fate], ArrayLike],
    note: Callable[[Split], str] = lambda split: "",
) -> Picture:
    """A tree with an image at every split and every fate; splits are in order of time, not to scale.

    `image` gives the pixels to draw at a split or a fate, (N,) or (high, wide), `note` a few characters to
    write beside a split. Valleys are as wide as the root of the number of memories in them, and have the
    colour of the digit where one digit is left. ValueError for a tree without a split.
    """
    if not tree.splits:
        raise ValueError("tree must have a split to be drawn, got none")
    across = {id(leaf): float(place) for place, leaf in enumerate(tree.fates)}
    down = {id(split): _STEP * place for place, split in enumerate(tree.splits)}
    bottom = _STEP * len(tree.splits) + 0.25
    down |= {id(leaf): bottom for leaf in tree.fates}

    def place(node: Split | Fate) -> tuple[float, float]:
        if isinstance(node, Split) and id(node) not in across:
            across[id(node)] = float(np.mean([place(branch)[0] for branch in node.branches]))
        return across[id(node)], down[id(node)]

    width, height = len(tree.fates) + 1.6, bottom + 2.1
    figure = new_figure(WIDTH * height / width)
    axes = figure.subplots()
    axes.set(xlim=(-2.1, width - 2.1), ylim=(bottom + 1.1, -1.0), aspect="equal")
    axes.set_axis_off()
    for split in tree.splits:
        for branch in split.branches:
            _valley(axes, place(split), place(branch), branch)
    longest = max(len(tree.name(leaf.digit)) for leaf in tree.fates)
    small: dict[str, Any] = {"size": 8, "rotation": 30, "ha": "right"} if longest > 4 else {}
    for node in tree:
        x, y = place(node)
        _draw_image(axes, image(node), x, y)
        if isinstance(node, Fate):
            axes.text(x, y + 0.5, tree.name(node.digit), **digit_text(node.digit, va="top", **small))
        else:
            axes.text(-1.05, y, f"{node.epoch:.0f}", ha="right", va="center")
            axes.plot([-0.95, x - 0.5], [y, y], color=INK, linewidth=0.5, dashes=(2, 3), zorder=0)
            axes.text(x + 0.5, y - 0.22, note(node), ha="left", va="center", color=INK, size=9.5)
    axes.text(-1.05, -0.75, "epoch", ha="right", va="center")
    axes.text(-1.05, bottom + 0.7, "fate", ha="right", va="center")
    return Picture(figure, "png")


def _valley(axes: Axes, start: tuple[float, float], end: tuple[float, float], branch: Split | Fate) -> None:
    (x, y), (to_x, to_y) = start, end
    middle = y + min(_STEP, to_y - y)
    points = [(x, y), (x, (y + middle) / 2), (to_x, (y + middle) / 2), (to_x, middle), (to_x, to_y)]
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO]
    colour = category_colour(branch.digit) if isinstance(branch, Fate) else INK
    line = {"linewidth": 1.2 * len(branch.members) ** 0.5, "edgecolor": colour, "alpha": 0.85}
    axes.add_patch(PathPatch(Path(points, codes), facecolor="none", capstyle="butt", zorder=1, **line))


def _draw_image(axes: Axes, pixels: ArrayLike, x: float, y: float) -> None:
    pixels, half = np.asarray(pixels, dtype=float), _SIDE / 2
    picture = square(pixels) if pixels.ndim == 1 else pixels
    extent = (x - half, x + half, y + half, y - half)
    axes.imshow(picture, cmap=PIXEL_MAP, vmin=-1, vmax=1, aspect="equal", extent=extent, zorder=3)
    corner = (x - half, y - half)
    axes.add_patch(Rectangle(corner, _SIDE, _SIDE, fill=False, edgecolor=INK, linewidth=0.6, zorder=4))


@styled
def valley_panels(panels: Mapping[str, tuple[xr.Dataset, ArrayLike]]) -> Picture:
    """Landscapes from above, side by side by title: dark where memories are many, and their ways.

    Each is from `hopcore.splits.landscape`, with the digits (K,) that colour its memories, below 0 for none.
    """
    figure, [grid] = panel_table(4.6, 1, len(panels), sharey=True, y_label="epoch")
    ground = LinearSegmentedColormap.from_list("ground", [to_rgba(INK, 0.75), to_rgba(INK, 0.0)])
    for axes, (title, (land, fates)) in zip(grid, panels.items(), strict=True):
        fates, epochs = np.asarray(fates), land.epoch.values
        places = land.place.transpose("epoch", "memory").values
        height = land.height.transpose("epoch", "x")
        axes.pcolormesh(land.x, epochs, height, cmap=ground, shading="nearest", rasterized=True)
        ways = [np.column_stack([place, epochs]) for place in places.T]
        axes.add_collection(LineCollection(ways, colors=fate_colours(fates), linewidths=0.7, alpha=0.5))
        axes.set(title=title, xlim=land.x.values[[0, -1]], ylim=epochs[[-1, 0]], xticks=[])
        axes.spines["bottom"].set_visible(False)
        found = np.unique(fates[fates >= 0]).tolist()
        ends = pushed_apart([np.median(places[-1, fates == fate]) for fate in found], _NAME)
        for fate, end in zip(found, ends, strict=True):
            name = digit_text(fate, va="top", transform=axes.get_xaxis_transform())
            axes.text(end, -0.01, str(fate), **name)
    return Picture(figure, "png")

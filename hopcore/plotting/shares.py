"""Trails of memories while they learn: in the shares of two digits, and on the map of the images (Fig. 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from hopcore.plotting.images import draw_block
from hopcore.plotting.maps import draw_background
from hopcore.plotting.style import INK, WIDTH, Picture, digit_text, fate_colours, new_figure, styled

_SAMPLES = 6  # images across above a map
_LETTERS = ascii_uppercase  # a number would look like a digit's name


@dataclass(frozen=True)
class TrailPanel:
    """Trails (E, K, 2) with the K memories' fates; `marks` (P, 2) are places with a letter, the saddles.

    `guides` are polylines (P, 2), drawn dashed; `images` (P, N) are drawn above a map, lettered as the marks.
    """

    title: str
    trails: ArrayLike
    fates: ArrayLike
    marks: ArrayLike = ()
    guides: Sequence[ArrayLike] = ()
    images: ArrayLike = ()


def _draw_trails(axes: Axes, panel: TrailPanel) -> None:
    trails = np.asarray(panel.trails, dtype=float).swapaxes(0, 1)
    colours = fate_colours(panel.fates)
    axes.add_collection(LineCollection(list(trails), colors=colours, linewidths=0.6, alpha=0.8, zorder=3))
    x, y = trails[:, -1].T
    axes.scatter(x, y, s=7, c=colours, linewidths=0, zorder=4)
    for guide in panel.guides:
        axes.plot(*np.asarray(guide, dtype=float).T, "--", color=INK, linewidth=1, zorder=2)
    for letter, (x, y) in zip(_LETTERS, np.asarray(panel.marks, dtype=float).reshape(-1, 2), strict=False):
        axes.plot(x, y, "o", markersize=11, markerfacecolor="white", markeredgecolor="black", zorder=6)
        text: dict[str, Any] = {"color": "black", "size": 8, "weight": "bold", "zorder": 7}
        axes.text(x, y, letter, ha="center", va="center_baseline", **text)


@styled
def share_trails(rows: Sequence[Sequence[TrailPanel]], labels: Sequence[tuple[int, int]]) -> Picture:
    """Rows of panels of trails in the shares of two digits, each fate named where its memories end.

    `labels` names, for each column, the digits across and up.
    """
    across = len(labels)
    figure = new_figure(len(rows) * WIDTH / max(across, 2) * 1.02 + 0.3)
    grid = figure.subplots(len(rows), across, squeeze=False)
    for line, row in zip(grid, rows, strict=True):
        for axes, panel, (right, up) in zip(line, row, labels, strict=True):
            _draw_trails(axes, panel)
            axes.set(title=panel.title, xlabel=f"share of {right}", ylabel=f"share of {up}")
            axes.set_aspect("equal", adjustable="datalim")
            axes.autoscale_view()
            _name_ends(axes, panel)
    return Picture(figure, "png")


def _name_ends(axes: Axes, panel: TrailPanel) -> None:
    ends, fates = np.asarray(panel.trails, dtype=float)[-1], np.asarray(panel.fates)
    middle = np.mean([axes.get_xlim(), axes.get_ylim()], axis=1)
    for fate in np.unique(fates[fates >= 0]):
        place = np.median(ends[fates == fate], axis=0)
        away = place - middle
        away *= 11 / max(float(np.linalg.norm(away)), 1e-9)
        name = digit_text(fate, size=11, zorder=8, textcoords="offset points", annotation_clip=False)
        axes.annotate(str(fate), place, xytext=tuple(away), **name)


@styled
def map_trails(panels: Sequence[TrailPanel], background: ArrayLike, digits: ArrayLike) -> Picture:
    """Trails on the map of the images, one panel below the other, with the saddles' images above each map."""
    figure = new_figure(len(panels) * (WIDTH * 0.8 + 0.3) + 0.2)
    parts = figure.subfigures(len(panels), 1, squeeze=False)[:, 0]
    for part, panel in zip(parts, panels, strict=True):
        part.suptitle(panel.title)
        images = np.asarray(panel.images, dtype=float)
        if len(images):
            shown = images[:_SAMPLES]
            above, axes = part.subplots(2, 1, height_ratios=(1 / _SAMPLES, 0.8))
            draw_block(above, shown, columns=len(shown), rows=1)
            step = 31  # an image of 28 pixels and the gap
            for place, letter in enumerate(_LETTERS[: len(shown)]):
                above.text(step * place + 14, -3, letter, ha="center", va="bottom", weight="bold")
        else:
            axes = part.subplots()
        draw_background(axes, background, digits)
        _draw_trails(axes, panel)
    return Picture(figure, "png")


@styled
def compositions(panels: Sequence[tuple[str, Sequence[ArrayLike]]], digits: Sequence[int]) -> Picture:
    """What saddles are made of: per panel a title and the shares (C,) of each training set's saddle.

    Each share is drawn as its digit, in the digit's colour, one column for each training set with a saddle,
    NaN for the others. Without any, the picture says that there are no saddles.
    """
    tables = [(title, np.asarray(saddles, dtype=float)) for title, saddles in panels]
    known = [(title, table[np.isfinite(table).all(axis=1)]) for title, table in tables]
    known = [(title, table) for title, table in known if len(table)]
    figure = new_figure(2.9)
    if not known:
        figure.text(0.5, 0.5, "no memories part", ha="center", va="center")
        return Picture(figure, "svg")
    grid = figure.subplots(1, len(known), sharey=True, squeeze=False)[0]
    for axes, (title, saddles) in zip(grid, known, strict=True):
        axes.axhline(0.5, color=INK, linewidth=0.8, linestyle="--")
        axes.axhline(0, color=INK, linewidth=0.6)
        for column, shares in enumerate(saddles):
            for digit in digits:
                name = digit_text(digit, size=8.5, va="center_baseline")
                axes.text(column, shares[digit], str(digit), **name)
        axes.set(title=title, xlabel="training sets", xlim=(-0.8, len(saddles) - 0.2), xticks=[])
    values = np.concatenate([saddles[:, list(digits)].ravel() for _, saddles in known])
    limits = min(-0.05, values.min() - 0.06), max(0.85, values.max() + 0.06)
    grid[0].set(ylim=limits, ylabel="share")
    return Picture(figure, "svg")

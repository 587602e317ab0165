"""Saddles and final shares over n, from two starts (Fig. 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from hopcore.plotting.style import DIGIT_COLOURS, INK, Picture, new_figure, styled

Points = tuple[ArrayLike, ArrayLike]
"""Values of n, and a share at each."""


@dataclass(frozen=True)
class StartRow:
    """A row of two panels: saddles at the left, final shares at the right, over n.

    `single` (start, n) are saddles of one memory, `passed` (start, n) those that the full network passes,
    `final` (start, n, repeat) the final shares; `start` is the digit that learning starts near. `reduced` are
    curves of the reduced system, `window` the values of n with a single saddle, NaN if there are none.
    """

    title: str
    single: xr.DataArray
    passed: xr.DataArray
    final: xr.DataArray
    reduced: Sequence[Points] = ()
    window: tuple[float, float] = (np.nan, np.nan)


def _saddles(axes: Axes, row: StartRow) -> None:
    for x, y in row.reduced:
        axes.plot(x, y, "--", color=INK, linewidth=1, zorder=1)
    for digit in row.single.start.values:
        colour = DIGIT_COLOURS[digit]
        axes.plot(row.single.n, row.single.sel(start=digit), "-", color=colour, linewidth=1.6)
        ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": colour, "markersize": 5}
        axes.plot(row.passed.n, row.passed.sel(start=digit), "o", zorder=3, **ring)


def _finals(axes: Axes, row: StartRow) -> None:
    for digit in row.final.start.values:
        runs, colour = row.final.sel(start=digit), DIGIT_COLOURS[digit]
        axes.fill_between(
            runs.n, runs.min("repeat"), runs.max("repeat"), color=colour, alpha=0.25, linewidth=0
        )
        axes.plot(runs.n, runs.mean("repeat"), "-o", color=colour, markersize=3.5)


@styled
def start_panels(rows: Sequence[StartRow]) -> Picture:
    """One row of two panels for each temperature; the share is that of the first start's digit.

    The window of a single saddle is shaded.
    """
    digit, other = rows[0].single.start.values
    figure = new_figure(1.75 * len(rows) + 1.1)
    grid = figure.subplots(len(rows), 2, squeeze=False, sharex=True)
    for line, row in zip(grid, rows, strict=True):
        for axes in line:
            if np.isfinite(row.window).all():
                axes.axvspan(*row.window, color=INK, alpha=0.15, linewidth=0)
        _saddles(line[0], row)
        _finals(line[1], row)
        line[0].set_ylabel(f"{row.title}\nshare of {digit}")
        line[1].set(ylim=(-0.04, 1.04), yticks=(0, 0.5, 1))
    shown = np.concatenate([each.values.ravel() for row in rows for each in (row.single, row.passed)])
    for axes in grid[:, 0]:
        axes.set_ylim(min(-0.1, shown.min() - 0.05), max(1.05, shown.max() + 0.05))
    grid[0, 0].set_title("saddle")
    grid[0, 1].set_title(f"final {digit}s, of {digit}s and {other}s")
    for axes in grid[-1]:
        axes.set_xlabel("$n$")
    plain: dict[str, Any] = {"color": INK, "linewidth": 1.6}
    ring: dict[str, Any] = {"color": "none", "marker": "o", "markerfacecolor": "none", "markeredgecolor": INK}
    handles = [
        *(
            Line2D([], [], color=DIGIT_COLOURS[each], linewidth=5, label=f"start near {each}")
            for each in (digit, other)
        ),
        Line2D([], [], label="one memory", **plain),
        Line2D([], [], label="100 memories", markersize=5, **ring),
    ]
    if any(row.reduced for row in rows):
        handles.append(Line2D([], [], label="reduced system", color=INK, linewidth=1, linestyle="--"))
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return Picture(figure, "svg")

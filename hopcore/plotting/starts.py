"""Saddles and final shares over n, from two starts (Fig. 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from .style import DIGIT_COLOURS, INK, Picture, draw_range, legend_outside, panel_table, styled

Points = tuple[ArrayLike, ArrayLike]
"""Values of n, and a share at each."""

_RING: dict[str, Any] = {"marker": "o", "markerfacecolor": "none", "markersize": 5, "linestyle": "none"}


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


def _draw_row(left: Axes, right: Axes, row: StartRow) -> None:
    for x, y in row.reduced:
        left.plot(x, y, "--", color=INK, linewidth=1, zorder=1)
    for digit in row.single.start.values:
        colour = DIGIT_COLOURS[digit]
        left.plot(row.single.n, row.single.sel(start=digit), color=colour)
        left.plot(row.passed.n, row.passed.sel(start=digit), color=colour, zorder=3, **_RING)
        runs = row.final.sel(start=digit)
        draw_range(right, runs.n, runs.min("repeat"), runs.max("repeat"), colour)
        right.plot(runs.n, runs.mean("repeat"), "-o", color=colour, markersize=3.5)


@styled
def start_panels(rows: Sequence[StartRow]) -> Picture:
    """One row of two panels for each temperature; the share is that of the first start's digit.

    The window of a single saddle is shaded.
    """
    digit, other = rows[0].single.start.values
    titles = ["saddle", f"final {digit}s, of {digit}s and {other}s"]
    height = 1.75 * len(rows) + 1.1
    figure, grid = panel_table(height, len(rows), 2, column_titles=titles, x_label="$n$", sharex=True)
    for line, row in zip(grid, rows, strict=True):
        for axes in line:
            if np.isfinite(row.window).all():
                axes.axvspan(*row.window, color=INK, alpha=0.15, linewidth=0)
        _draw_row(line[0], line[1], row)
        line[0].set_ylabel(f"{row.title}\nshare of {digit}")
        line[1].set(ylim=(-0.04, 1.04), yticks=(0, 0.5, 1))
    shown = np.concatenate([each.values.ravel() for row in rows for each in (row.single, row.passed)])
    for axes in grid[:, 0]:
        axes.set_ylim(min(-0.1, shown.min() - 0.05), max(1.05, shown.max() + 0.05))
    looks: dict[str, dict[str, Any]] = {
        f"start near {digit}": {"color": DIGIT_COLOURS[digit], "linewidth": 5},
        f"start near {other}": {"color": DIGIT_COLOURS[other], "linewidth": 5},
        "one memory": {"color": INK},
        "100 memories": {"color": INK, **_RING},
    }
    if any(row.reduced for row in rows):
        looks["reduced system"] = {"color": INK, "linewidth": 1, "linestyle": "--"}
    handles = [Line2D([], [], label=name, **look) for name, look in looks.items()]
    legend_outside(figure, 2, handles, place="lower")
    return Picture(figure, "svg")

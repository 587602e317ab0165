"""Saddles and final shares over n, from two starts (Fig. 7)."""

from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from .style import DIGIT_COLOURS, INK, Picture, draw_range, legend_outside, panel_table, styled

Points = tuple[ArrayLike, ArrayLike]
"""Values of n, and a share at each."""

_RING: dict[str, Any] = {"marker": "o", "markerfacecolor": "none", "markersize": 5, "linestyle": "none"}


@styled
def start_panels(
    single: xr.Dataset, full: xr.Dataset, windows: xr.Dataset, reduced: Sequence[Sequence[Points]] = ()
) -> Picture:
    """One row of two panels for each temperature of ``full``; the share is that of the first start's digit.

    Left: ``shares`` (start, rescaled_temperature, n, category) at the saddles of one memory, and (…, repeat,
    category) at those that the full network passes, with the curves of the reduced system, for each row.
    Right: the ``final`` shares (…, repeat) of the latter. Shaded: from ``first`` to ``last`` n of the windows
    (rescaled_temperature) of a single saddle, NaN for none.
    """
    digit, other = single.start.values
    temperatures = full.rescaled_temperature.values
    titles = ["saddle", f"final {digit}s, of {digit}s and {other}s"]
    height = 1.75 * len(temperatures) + 1.1
    figure, grid = panel_table(height, len(temperatures), 2, column_titles=titles, x_label="$n$", sharex=True)
    saddles = single.shares.sel(category=digit, rescaled_temperature=temperatures)
    passed = full.shares.sel(category=digit).mean("repeat")
    for (left, right), hot, curves in zip(grid, temperatures, reduced or repeat(()), strict=False):
        here = {"rescaled_temperature": hot}
        window = [windows[end].sel(here).item() for end in ("first", "last")]
        if np.isfinite(window).all():
            for axes in (left, right):
                axes.axvspan(*window, color=INK, alpha=0.15, linewidth=0)
        for x, y in curves:
            left.plot(x, y, "--", color=INK, linewidth=1, zorder=1)
        for start in (digit, other):
            at = {**here, "start": start}
            colour, runs = DIGIT_COLOURS[start], full.final.sel(at).transpose("n", "repeat")
            left.plot(single.n, saddles.sel(at), color=colour)
            left.plot(full.n, passed.sel(at), color=colour, zorder=3, **_RING)
            draw_range(right, runs.n, runs.min("repeat"), runs.max("repeat"), colour)
            right.plot(runs.n, runs.mean("repeat"), "-o", color=colour, markersize=3.5)
        left.set_ylabel(f"$T_r$ = {hot:.2f}\nshare of {digit}")
        right.set(ylim=(-0.04, 1.04), yticks=(0, 0.5, 1))
    shown = np.concatenate([saddles.values.ravel(), passed.values.ravel()])
    for axes in grid[:, 0]:
        axes.set_ylim(min(-0.1, shown.min() - 0.05), max(1.05, shown.max() + 0.05))
    looks: dict[str, dict[str, Any]] = {
        f"start near {digit}": {"color": DIGIT_COLOURS[digit], "linewidth": 5},
        f"start near {other}": {"color": DIGIT_COLOURS[other], "linewidth": 5},
        "one memory": {"color": INK},
        "100 memories": {"color": INK, **_RING},
    }
    if reduced:
        looks["reduced system"] = {"color": INK, "linewidth": 1, "linestyle": "--"}
    handles = [Line2D([], [], label=name, **look) for name, look in looks.items()]
    legend_outside(figure, 2, handles, place="lower")
    return Picture(figure, "svg")

"""Coefficients of final memories over n and temperature (paper, Fig. 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xarray as xr
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from hopcore.plotting.style import PIXEL_MAP, Picture, new_figure, styled


@styled
def coefficient_maps(
    panels: Mapping[str, xr.DataArray],
    lines: Mapping[str, ArrayLike],
    *,
    low: float = -1.0,
    colour_map: str = PIXEL_MAP,
    bar: str = "coefficient α",
) -> Picture:
    """Maps of one coefficient (n, rescaled_temperature) each, by title; over them lines T_r(n), by style."""
    figure = new_figure(3.3 if len(panels) == 1 else 3.0)
    shown: Any = None
    grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, values) in zip(grid, panels.items(), strict=True):
        n, rows = values.n, values.transpose("rescaled_temperature", "n")
        shown = axes.pcolormesh(
            n, rows.rescaled_temperature, rows, cmap=colour_map, vmin=low, vmax=1, rasterized=True
        )
        edges = axes.get_xlim(), axes.get_ylim()
        for style, line in lines.items():
            [drawn] = axes.plot(n, line, style, color="white", linewidth=2.2)
            drawn.set_path_effects([withStroke(linewidth=4, foreground="black")])
        axes.set(xlim=edges[0], ylim=edges[1], title=title, xlabel="power $n$")
    figure.axes[0].set_ylabel("rescaled temperature $T_r$")
    figure.colorbar(shown, ax=figure.axes, label=bar, fraction=0.08, pad=0.02)
    return Picture(figure, "png")

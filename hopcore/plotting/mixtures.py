"""Coefficients of final memories over n and temperature (paper, Fig. 6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from hopcore.plotting.style import PIXEL_MAP, Picture, new_figure, styled


@styled
def coefficient_maps(
    panels: Sequence[tuple[str, ArrayLike]],
    n: ArrayLike,
    temperature: ArrayLike,
    lines: Sequence[tuple[ArrayLike, ArrayLike, str]] = (),
    *,
    low: float = -1.0,
    high: float = 1.0,
    colour_map: str = PIXEL_MAP,
    bar: str = "coefficient α",
) -> Picture:
    """Maps of one coefficient (n, temperature) each, with lines (n, temperature, style) over them."""
    n, temperature = np.asarray(n, dtype=float), np.asarray(temperature, dtype=float)
    figure = new_figure(3.3 if len(panels) == 1 else 3.0)
    shown = None
    for axes, (title, values) in zip(
        np.atleast_1d(figure.subplots(1, len(panels), sharey=True)), panels, strict=True
    ):
        shown = axes.pcolormesh(
            n, temperature, np.asarray(values).T, cmap=colour_map, vmin=low, vmax=high, rasterized=True
        )
        edges = axes.get_xlim(), axes.get_ylim()
        for x, y, style in lines:
            [drawn] = axes.plot(x, y, style, color="white", linewidth=2.2)
            drawn.set_path_effects([withStroke(linewidth=4, foreground="black")])
        axes.set(xlim=edges[0], ylim=edges[1], title=title, xlabel="power $n$")
    figure.axes[0].set_ylabel("rescaled temperature $T_r$")
    figure.colorbar(shown, ax=figure.axes, label=bar, fraction=0.08, pad=0.02)
    return Picture(figure, "png")

"""Nullclines of the reduced system, its fixed points, and the memories that they are."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from hopcore.reduced import ReducedSystem

from .images import draw_block
from .style import (
    INK,
    LABEL_COLOUR,
    MEMORY_COLOUR,
    PAIR_COLOURS,
    WIDTH,
    Picture,
    legend_outside,
    panel_table,
    styled,
)

_NODES = 41  # of the grid that flow lines are drawn from
_AXES = {"x_label": "label ℓ", "y_label": "coefficient α"}
_POINT: dict[str, Any] = {"markersize": 6.5, "markeredgewidth": 1.4, "linestyle": "none", "zorder": 5}


def draw_nullclines(axes: Axes, system: ReducedSystem, *, flow: bool = False) -> None:
    """Nullclines and fixed points in the plane of ℓ (across) and α (up), 0 ≤ α ≤ 1; ``flow`` adds flow lines.

    Only the positive branch α_B = 1 − α is drawn.
    """
    if flow:
        _draw_flow(axes, system)
    arcs = system.memory_nullcline()
    drawn = arcs.isel(point=(arcs.alpha_b.values >= 0) & (arcs.alpha.values >= 0))
    for number in np.unique(drawn.arc):
        arc = drawn.isel(point=drawn.arc.values == number)
        axes.plot(arc.ell, arc.alpha, color=MEMORY_COLOUR)
    alpha = np.linspace(0, 1, 401)
    axes.plot(system.label_nullcline(alpha), alpha, color=LABEL_COLOUR)
    points = system.fixed_points()
    for stable, fill in ((True, INK), (False, "none")):
        chosen = (points.stable.values == stable) & (points.alpha_b.values >= 0)
        axes.plot(points.ell[chosen], points.alpha[chosen], "o", color=INK, markerfacecolor=fill, **_POINT)
    axes.set(xlim=(-1.05, 1.05), ylim=(-0.03, 1.03), xticks=(-1, 0, 1), yticks=(0, 0.5, 1))


def _draw_flow(axes: Axes, system: ReducedSystem) -> None:
    ell, alpha = np.linspace(-1, 1, _NODES), np.linspace(0, 1, _NODES)
    along_alpha, along_ell = system.velocity(alpha[:, None], ell[None, :])
    axes.streamplot(
        ell, alpha, along_ell, along_alpha, density=0.8, color=INK, linewidth=0.6, arrowsize=0.7, zorder=1
    )


def _legend(figure: Figure, columns: int, extra: Mapping[str, str] | None = None) -> None:
    lines = {"memory": MEMORY_COLOUR, "label": LABEL_COLOUR, **(extra or {})}
    handles = [Line2D([], [], color=colour, label=name) for name, colour in lines.items()]
    for fill, name in ((INK, "stable"), ("none", "unstable")):
        handles.append(Line2D([], [], marker="o", color=INK, markerfacecolor=fill, label=name, **_POINT))
    legend_outside(figure, columns, handles)


@styled
def nullcline_panels(systems: Sequence[ReducedSystem]) -> Picture:
    """Nullclines and fixed points, two panels in a row, one for each system."""
    rows = -(-len(systems) // 2)
    figure, grid = panel_table(0.5 + 2.1 * rows, rows, 2, sharex=True, sharey=True, **_AXES)
    for axes, system in zip(grid.flat, systems, strict=False):
        draw_nullclines(axes, system)
        axes.set_title(f"$n$ = {system.n:g}")
    for axes in grid.flat[len(systems) :]:
        axes.set_axis_off()
    _legend(figure, columns=4)
    return Picture(figure, "svg")


@styled
def nullcline_frame(system: ReducedSystem, images: ArrayLike) -> Picture:
    """Nullclines at the left, the memories at the fixed points at the right, from large α down.

    ``images`` (2, pixels) are A and B.  Every frame has the same places, for a figure with a slider.
    """
    images = np.asarray(images, dtype=float)
    figure = Figure(figsize=(WIDTH, 3.1))  # no layout engine: frames must not move
    left = figure.add_axes((0.12, 0.15, 0.5, 0.72))
    draw_nullclines(left, system)
    left.set(xlabel=_AXES["x_label"], ylabel=_AXES["y_label"])
    left.text(0.5, 1.06, f"$n$ = {system.n:g}", transform=left.transAxes, ha="center", va="bottom")
    points = system.fixed_points()
    order = np.argsort(-points.alpha.values)
    for row, at in enumerate(order[:3]):
        point = points.isel(point=int(at))
        height = 0.65 - 0.31 * row if len(order) > 1 else 0.34
        right = figure.add_axes((0.66, height, 0.2, 0.28))
        draw_block(right, [[float(point.alpha), float(point.alpha_b)] @ images], columns=1)
        words = f"α {point.alpha:.2f}\nℓ {point.ell:+.2f}".replace("-", "−")
        words += "" if point.stable else "\nunstable"
        right.text(1.06, 0.5, words, transform=right.transAxes, va="center", fontsize=9.5)
    return Picture(figure, "png")


@styled
def path_panels(panels: Sequence[tuple[ReducedSystem, xr.Dataset]]) -> Picture:
    """Flow lines and nullclines with the paths of two memories, which part at the saddle.

    ``panels`` are systems, and paths (see `hopcore.studies.two_memory_bifurcation.paths`).
    """
    figure, [grid] = panel_table(3.3, 1, len(panels), sharey=True, **_AXES)
    for axes, (system, path) in zip(grid, panels, strict=True):
        draw_nullclines(axes, system, flow=True)
        ell, alpha = path.ell.values, path.alpha_a.values
        for memory, colour in enumerate(PAIR_COLOURS):
            axes.plot(ell[:, memory], alpha[:, memory], color=colour, linewidth=2.2, zorder=6)
            axes.plot(ell[-1, memory], alpha[-1, memory], "s", color=colour, markersize=5, zorder=7)
        axes.plot(ell[0, 0], alpha[0, 0], "^", color=INK, markersize=7, zorder=7)
        axes.set_title(f"$n$ = {system.n:g}")
    _legend(figure, columns=3, extra=dict(zip(("memory +", "memory −"), PAIR_COLOURS, strict=True)))
    return Picture(figure, "svg")

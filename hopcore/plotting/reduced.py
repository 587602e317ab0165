"""The reduced system: nullclines and fixed points, bifurcations, and two memories that leave a saddle."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from hopcore.reduced import ReducedSystem, curves

from .images import draw_block
from .scripted import Turning
from .style import (
    INK,
    LABEL_COLOUR,
    MEMORY_COLOUR,
    PAIR_COLOURS,
    WIDTH,
    Picture,
    draw_range,
    legend_outside,
    panel_table,
    styled,
)

_NODES = 41  # of the grid that flow lines are drawn from
_AXES = {"x_label": "label ℓ", "y_label": "coefficient α"}
_POINT: dict[str, Any] = {"markersize": 6.5, "markeredgewidth": 1.4, "linestyle": "none", "zorder": 5}
_LINE_COLOURS = (MEMORY_COLOUR, *PAIR_COLOURS, LABEL_COLOUR)
_SIDES = (("alpha", "coefficient α", MEMORY_COLOUR), ("ell", "label ℓ", LABEL_COLOUR))


def draw_nullclines(axes: Axes, system: ReducedSystem, *, flow: bool = False) -> None:
    """Nullclines and fixed points in the plane of ℓ (across) and α (up), 0 ≤ α ≤ 1; ``flow`` adds flow lines.

    Only the positive branch α_B = 1 − α is drawn.
    """
    if flow:
        ell, alpha = np.linspace(-1, 1, _NODES), np.linspace(0, 1, _NODES)
        along_alpha, along_ell = system.velocity(alpha[:, None], ell[None, :])
        look: Any = {"color": INK, "linewidth": 0.6, "arrowsize": 0.7, "zorder": 1}
        axes.streamplot(ell, alpha, along_ell, along_alpha, density=0.8, **look)
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


def _segments(curve: xr.Dataset) -> list[tuple[xr.Dataset, bool]]:
    """A curve cut where its stability changes, and whether a piece is stable; stable ones reach the fold."""
    stable = curve.stable.values
    cuts = [0, *np.flatnonzero(stable[1:] != stable[:-1]) + 1, stable.size]
    return [
        (curve.isel(step=slice(max(start - stable[start], 0), end + stable[start])), bool(stable[start]))
        for start, end in pairwise(cuts)
    ]


@styled
def bifurcation_sides(diagram: xr.Dataset, trained: xr.Dataset) -> Picture:
    """α and ℓ of every fixed point over n: full lines stable, dashed unstable, diamonds at the folds.

    ``trained``, of `hopcore.studies.two_memory_bifurcation.trained_fixed_points`, is drawn as points.
    """
    figure, grid = panel_table(4.4, 2, x_label="power $n$", sharex=True)
    for axes, (name, title, colour) in zip(grid[:, 0], _SIDES, strict=True):
        for curve in curves(diagram):
            for segment, stable in _segments(curve):
                axes.plot(segment.n, segment[name], linestyle="-" if stable else "--", color=colour)
        axes.plot(diagram.fold_n, diagram[f"fold_{name}"], "D", color=INK, markersize=5, zorder=4)
        for ends, dots in zip(trained[f"trained_{name}"], PAIR_COLOURS, strict=False):
            axes.plot(ends.n, ends, "o", color=dots, markersize=3, zorder=3)
        axes.set_ylabel(title)
    grid[0, 0].set_ylim(-0.12, 1.06)
    grid[1, 0].set_ylim(-1.05, 1.05)
    return Picture(figure, "svg")


def turning_bifurcations(diagram: xr.Dataset, *, steps: int = 70) -> Turning:
    """The diagram in three dimensions, (α up, n, ℓ), for a reader to turn; a slider moves along n.

    Stable branches are coloured, unstable ones dashed.  A point stands on each stable branch at the slider's
    n, or waits at the fold where the branch begins or ends.
    """
    highest = float(diagram.n.max())
    shown = np.linspace(float(diagram.n.min()), highest, steps)
    branches, guides = [], []
    for curve in curves(diagram):
        for segment, stable in _segments(curve):
            if stable:
                rising = segment.sortby("n")
                branches.append(_at(shown, rising.n, rising.alpha, rising.n / highest, rising.ell))
            else:
                line = np.stack([segment.alpha, segment.n / highest, segment.ell], axis=-1)
                guides.append(line[:: max(1, len(line) // 60)])
    return Turning(
        np.stack(branches, axis=1),
        tuple(round(float(n), 1) for n in shown),
        _LINE_COLOURS[: len(branches)],
        (("α", MEMORY_COLOUR), (f"n (0 to {highest:g})", INK), ("ℓ", LABEL_COLOUR)),
        tuple(guides),
        f"Fixed points over n: {len(branches)} stable branches and {len(guides)} unstable, joined at folds.",
        progress="n",
    )


def _at(shown: np.ndarray, along: xr.DataArray, *coordinates: xr.DataArray) -> np.ndarray:
    """A line's points (P, 3) at shown places along it; beyond an end, that end."""
    return np.stack([np.interp(shown, along, each) for each in coordinates], axis=-1)


def turning_flow(flows: Sequence[xr.Dataset], rests: xr.Dataset, *, steps: int = 50) -> Turning:
    """Flow lines in (α_A + α_B up, ℓ, α_A), each coloured by the stable fixed point that it ends at.

    ``flows`` are results of `hopcore.reduced.trajectory`, ``rests`` the system's fixed points.
    """
    end = max(float(flow.time[-1]) for flow in flows)
    # most happens early: times spaced by their square root
    shown = end * np.linspace(0, 1, steps) ** 2
    lines = [_at(shown, flow.time, flow.alpha + flow.alpha_b, flow.ell, flow.alpha) for flow in flows]
    stable = rests.alpha.values[rests.stable.values]
    nearest = [int(np.abs(stable - line[-1, 2]).argmin()) for line in lines]
    return Turning(
        np.stack(lines, axis=1),
        tuple(round(float(time), 2) for time in shown),
        tuple(_LINE_COLOURS[at % len(_LINE_COLOURS)] for at in nearest),
        (("sum of both α", INK), ("ℓ", LABEL_COLOUR), ("α of A", MEMORY_COLOUR)),
        (),
        f"{len(lines)} flow lines rise to the plane where the coefficients add up to 1, and run in it to "
        f"{len(set(nearest))} stable fixed points.",
        progress="time",
    )


@styled
def region_map(
    borders: xr.Dataset,
    second: str,
    count: xr.DataArray | None = None,
    *,
    y_label: str,
    unit: float = 1.0,
    extent: tuple[float, float, float, float] | None = None,
    names: Sequence[tuple[float, float, str]] = (),
    marks: Sequence[tuple[float, float]] = (),
) -> Picture:
    """Where there is one saddle (shaded) or several, over n and a second parameter, between fold curves.

    Parameters
    ----------
    borders : the fold curves (see `hopcore.reduced.fold_curves`).
    second : the second parameter's name in ``borders`` and ``count``, drawn in this ``unit``.
    count : over n and ``second``, the number of fixed points.
    extent : of the picture, (first n, last n, lowest, highest); that of ``count`` if not given.
    names : written in the regions: n, the second parameter, text.
    marks : points, n and the second parameter.
    """
    figure, [[axes]] = panel_table(3.2, x_label="power $n$", y_label=y_label)
    if count is not None:
        n, height = count["n"].values, count[second].values / unit
        axes.contourf(n, height, count.transpose(second, "n"), levels=(0, 1.5), colors=[INK], alpha=0.25)
        extent = extent or (n[0], n[-1], height[0], height[-1])
    for _, fold in borders.groupby("curve"):
        axes.plot(fold.n, fold[second] / unit, color=MEMORY_COLOUR, linewidth=2)
    for x, y, name in names:
        axes.text(x, y, name, ha="center", va="center")
    axes.plot(*np.reshape(marks, (-1, 2)).T, "D", color=LABEL_COLOUR, markersize=6, zorder=4)
    axes.axis(extent)
    return Picture(figure, "svg")


@styled
def departure_panels(departures: Mapping[float, xr.Dataset]) -> Picture:
    """|δα| and |δℓ| of two memories over epochs at each n: simulated (full) and linearised (dashed)."""
    dashed: dict[str, Any] = {"color": INK, "linestyle": (0, (2, 1.5)), "linewidth": 2.2}
    labels = {"x_label": "epoch", "y_label": "half the difference"}
    figure, [grid] = panel_table(3.2, 1, len(departures), sharey=True, **labels)
    for axes, (n, pair) in zip(grid, departures.items(), strict=True):
        for side, (_, name, colour) in enumerate(_SIDES):
            of = f"δ{name[-1]}"
            axes.semilogy(pair.epoch, np.abs(pair.simulated[:, side]), color=colour, label=of)
            [line] = axes.semilogy(pair.compared, np.abs(pair.linearised[:, side]), **dashed)
        line.set_label("linearised")
        axes.set(title=f"$n$ = {n:g}", ylim=(3e-9, 3))
    legend_outside(figure, 3)
    return Picture(figure, "svg")


@styled
def settling_panels(settlings: Mapping[str, xr.Dataset]) -> Picture:
    """How labels and memories settle, by title: medians, the range over the memories, and when they part."""
    figure, [grid] = panel_table(3.3, 1, len(settlings), sharey=True, x_label="rate × epochs")
    for axes, (title, each) in zip(grid, settlings.items(), strict=True):
        time = each.time
        for name, label, colour in (
            ("size", "$|α_A| + |α_B|$", MEMORY_COLOUR),
            ("label_a", "$l_A$", LABEL_COLOUR),
            ("label_b", "$l_B$", PAIR_COLOURS[0]),
            ("others", "largest other label", INK),
        ):
            values = each[name]
            draw_range(axes, time, values.min("memory"), values.max("memory"), colour)
            axes.plot(time, values.median("memory"), color=colour, label=label)
        if np.isfinite(each.split):
            axes.axvline(each.split, color=INK, linestyle=":", linewidth=1)
        axes.set(title=title, ylim=(-1.05, 1.05), xlim=(0, time[-1]))
    legend_outside(figure, 2)
    return Picture(figure, "svg")

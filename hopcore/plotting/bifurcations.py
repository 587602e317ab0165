"""Bifurcation diagrams, folds in two parameters, and two memories that settle and leave a saddle."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hopcore.reduced import curves

from .style import (
    INK,
    LABEL_COLOUR,
    MEMORY_COLOUR,
    PAIR_COLOURS,
    Picture,
    draw_range,
    legend_outside,
    panel_table,
    styled,
)
from .turning import Turning

_LINE_COLOURS = (MEMORY_COLOUR, *PAIR_COLOURS, LABEL_COLOUR)
_SIDES = (("alpha", "coefficient α", MEMORY_COLOUR), ("ell", "label ℓ", LABEL_COLOUR))


def _segments(curve: xr.Dataset) -> list[tuple[xr.Dataset, bool]]:
    """A curve cut where its stability changes, and whether a piece is stable; stable ones reach the fold."""
    stable = curve.stable.values
    cuts = [0, *np.flatnonzero(stable[1:] != stable[:-1]) + 1, stable.size]
    return [
        (curve.isel(step=slice(max(start - stable[start], 0), end + stable[start])), bool(stable[start]))
        for start, end in pairwise(cuts)
    ]


def _draw_side(axes: Axes, diagram: xr.Dataset, name: str, colour: str) -> None:
    for curve in curves(diagram):
        for segment, stable in _segments(curve):
            axes.plot(segment.n, segment[name], linestyle="-" if stable else "--", color=colour)
    axes.plot(diagram.fold_n, diagram[f"fold_{name}"], "D", color=INK, markersize=5, zorder=4)


@styled
def bifurcation_sides(diagram: xr.Dataset, trained: xr.Dataset) -> Picture:
    """α and ℓ of every fixed point over n: full lines stable, dashed unstable, diamonds at the folds.

    ``trained``, of `hopcore.studies.two_memory_bifurcation.trained_fixed_points`, is drawn as points.
    """
    figure, grid = panel_table(4.4, 2, x_label="power $n$", sharex=True)
    for axes, (name, title, colour) in zip(grid[:, 0], _SIDES, strict=True):
        _draw_side(axes, diagram, name, colour)
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

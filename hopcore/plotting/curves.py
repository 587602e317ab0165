"""Curves over a parameter, with their spread and marks for what was located; maps over two parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from .style import (
    DIGIT_COLOURS,
    INK,
    PIXEL_MAP,
    TEMPERATURE_COLOURS,
    Picture,
    digit_text,
    draw_range,
    fate_colours,
    legend_outside,
    panel_table,
    pushed_apart,
    styled,
)

_NAME_HEIGHT = 0.2  # inches that a curve's name takes
_RING: dict[str, Any] = {"marker": "o", "markerfacecolor": "none", "markersize": 5, "linestyle": "none"}


@dataclass(frozen=True)
class Curve:
    """One curve of a panel.

    `x` and `y` are the raw points; `low` and `high` bound the spread; `smooth` is the line through the
    points.  `label` is written at the curve's right end.  `mark` is a place on the x axis, `mark_range` its
    uncertainty.
    """

    x: ArrayLike
    y: ArrayLike
    label: str
    colour: str
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    smooth: ArrayLike | None = None
    mark: float | None = None
    mark_range: tuple[float, float] | None = None


def _line(curve: Curve) -> np.ndarray:
    return np.asarray(curve.y if curve.smooth is None else curve.smooth, dtype=float)


def _name_ends(axes: Axes, several: Sequence[Curve], height: float) -> None:
    """Write each curve's name beside its end, moved where names would touch, in a figure so high (inches)."""
    low, high = axes.get_ylim()
    apart = _NAME_HEIGHT / height * (high - low)
    ends = np.array([_line(each)[-1] for each in several])
    for each, at in zip(several, pushed_apart(ends, apart), strict=True):
        beside: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "annotation_clip": False}
        end = np.asarray(each.x, dtype=float)[-1], at
        axes.annotate(each.label, end, color=each.colour, weight="bold", va="center", **beside)


@styled
def curves(
    several: Sequence[Curve],
    *,
    x_label: str,
    y_label: str,
    height: float = 3.2,
    bands: Sequence[tuple[float, float]] = (),
    spans: Sequence[tuple[float, float]] = (),
    y_range: tuple[float, float] | None = None,
) -> Picture:
    """Curves in one panel, each named at its right end; `bands` shades ranges of y, `spans` of x."""
    figure, [[axes]] = panel_table(height, x_label=x_label, y_label=y_label)
    on_axis = axes.get_xaxis_transform()
    for shade, ranges in ((axes.axhspan, bands), (axes.axvspan, spans)):
        for low, high in ranges:
            shade(low, high, color=INK, alpha=0.15, linewidth=0)
    for each in several:
        x = np.asarray(each.x, dtype=float)
        if each.low is not None and each.high is not None:
            draw_range(axes, x, each.low, each.high, each.colour)
        axes.plot(x, each.y, "o", markersize=3, color=each.colour)
        axes.plot(x, _line(each), color=each.colour)
        if each.mark is not None:
            axes.plot([each.mark], [0.02], "^", markersize=7, color=each.colour, transform=on_axis)
        if each.mark_range is not None:
            axes.plot(each.mark_range, [0.02, 0.02], linewidth=2.5, color=each.colour, transform=on_axis)
    if y_range is not None:
        axes.set_ylim(*y_range)
    _name_ends(axes, several, height)
    return Picture(figure, "svg")


def temperature_curves(
    values: xr.DataArray,
    *,
    y_label: str,
    smooth: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    marks: Sequence[float] | None = None,
    ranges: Sequence[tuple[float, float]] | None = None,
    **options: Any,
) -> Picture:
    """Curves of values (rescaled_temperature, n) over n, one for each of up to three temperatures.

    Of values (rescaled_temperature, n, memory) means over the memories are drawn, and a band that holds the
    middle two thirds of them. `smooth(n, values)` gives the line through the points; `marks` and `ranges` are
    places on the axis, one for each curve; the other options are those of `curves`.
    """
    n, several = values.n.values, []
    for place, (temperature, own) in enumerate(values.groupby("rescaled_temperature")):
        rows = own.squeeze("rescaled_temperature").transpose("n", ...).values
        more: dict[str, Any] = {}
        if rows.ndim == 2:
            more["low"], more["high"] = np.percentile(rows, (100 / 6, 500 / 6), axis=1)
            rows = rows.mean(axis=1)
        if smooth is not None:
            more["smooth"] = smooth(n, rows)
        if marks is not None:
            more["mark"] = marks[place]
        if ranges is not None:
            more["mark_range"] = ranges[place]
        several.append(Curve(n, rows, f"$T_r$ = {temperature:.2f}", TEMPERATURE_COLOURS[place], **more))
    return curves(several, x_label="power $n$", y_label=y_label, **options)


@styled
def coefficient_maps(
    panels: Mapping[str, xr.DataArray],
    lines: Mapping[str, ArrayLike],
    *,
    low: float = -1.0,
    bar: str = "coefficient α",
) -> Picture:
    """Maps of one coefficient (n, rescaled_temperature) each, by title; over them lines T_r(n), by style.

    Colours go from `low` to 1; where none is negative, they are not those of the images.
    """
    figure, [grid] = panel_table(3.2, 1, len(panels), sharey=True, y_label="rescaled temperature $T_r$")
    for axes, (title, values) in zip(grid, panels.items(), strict=True):
        n, rows = values.n, values.transpose("rescaled_temperature", "n")
        look: Any = {"cmap": PIXEL_MAP if low < 0 else "viridis", "vmin": low, "vmax": 1}
        shown = axes.pcolormesh(n, rows.rescaled_temperature, rows, rasterized=True, **look)
        edges = axes.get_xlim(), axes.get_ylim()
        for style, line in lines.items():
            [drawn] = axes.plot(n, line, style, color="white", linewidth=2.2)
            drawn.set_path_effects([withStroke(linewidth=4, foreground="black")])
        axes.set(xlim=edges[0], ylim=edges[1], title=title, xlabel="power $n$")
    figure.colorbar(shown, ax=list(grid), label=bar, fraction=0.08, pad=0.02)
    return Picture(figure, "png")


@styled
def dot_rows(
    panels: Mapping[str, Mapping[str, ArrayLike]], *, x_label: str, guess: Mapping[str, float]
) -> Picture:
    """By title, rows of dots with their names, a bar at each row's mean, a dashed line at a guess."""
    rows = sum(len(panel) + 1.4 for panel in panels.values())
    figure, grid = panel_table(0.27 * rows + 0.4, len(panels), x_label=x_label, sharex=True)
    for axes, (title, panel) in zip(grid[:, 0], panels.items(), strict=True):
        axes.axvline(guess[title], color=INK, linestyle="--", linewidth=1)
        for row, values in enumerate(panel.values()):
            known = np.ravel(np.asarray(values, dtype=float))
            shift = np.linspace(-0.22, 0.22, len(known))
            colour = TEMPERATURE_COLOURS[row > 0]
            axes.plot(known, row + shift, "o", color=colour, markersize=3.5, alpha=0.7, clip_on=False)
            axes.plot([np.nanmean(known)] * 2, [row - 0.38, row + 0.38], color=colour, linewidth=2.2)
        axes.set_yticks(range(len(panel)), list(panel))
        axes.set(title=title, xlim=(0, 1), ylim=(len(panel) - 0.4, -0.6))
    return Picture(figure, "svg")


@styled
def digit_scatter(x: ArrayLike, y: ArrayLike, *, x_label: str, y_label: str) -> Picture:
    """One mark for each digit, which is the digit itself, at (x, y)."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    figure, [[axes]] = panel_table(2.9, x_label=x_label, y_label=y_label)
    axes.plot(x, y, linestyle="none")  # gives the limits
    axes.margins(0.08)
    for digit, place in enumerate(zip(x, y, strict=True)):
        axes.text(*place, str(digit), **digit_text(digit, size=14))
    return Picture(figure, "svg")


@styled
def foretold_scatter(foretold: Sequence[ArrayLike], measured: Sequence[ArrayLike], *, label: str) -> Picture:
    """What was foretold across and measured up, in a colour for each draw; a line where the two are equal."""
    figure, [[axes]] = panel_table(3.4, x_label=f"{label}, foretold", y_label="measured")
    for place, (x, y) in enumerate(zip(foretold, measured, strict=True)):
        axes.plot(x, y, "o", markersize=3.5, alpha=0.6, color=f"C{place}")
    ends = np.min([axes.get_xlim(), axes.get_ylim()]), np.max([axes.get_xlim(), axes.get_ylim()])
    axes.plot(ends, ends, "--", color=INK, linewidth=1, zorder=0)
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    return Picture(figure, "svg")


@styled
def place_panels(panels: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]], order: ArrayLike) -> Picture:
    """The ways of memories, one panel for each title: time (E,) down, places (E, K) across, fates (K,).

    Places are as in `hopcore.splits.landscape`; the fates in their ``order`` are named below.
    """
    figure, [row] = panel_table(3.6, 1, len(panels), sharex=True, y_label="epochs")
    marks = np.linspace(-1, 1, len(np.asarray(order)))
    for axes, (title, (epochs, places, fates)) in zip(row, panels.items(), strict=True):
        for own, fate in zip(np.asarray(places).T, np.asarray(fates), strict=True):
            axes.plot(own, epochs, color=fate_colours([fate])[0], linewidth=0.6, alpha=0.7)
        axes.set_xticks(marks, map(str, np.asarray(order)))
        axes.set(title=title, xlim=(-1.08, 1.08))
        axes.invert_yaxis()
        for name, digit in zip(axes.get_xticklabels(), np.asarray(order).tolist(), strict=True):
            name.set(color=DIGIT_COLOURS[digit], weight="bold")
    return Picture(figure, "png")


@styled
def line_of_fates(
    coordinates: ArrayLike, fates: ArrayLike, places: ArrayLike, foretold: ArrayLike, order: ArrayLike
) -> Picture:
    """Memories (K,) by their start's coordinate across and their fate up, a row for each in ``order``.

    Bars are the parts of the line (G,) at their ``places``, in the row of the fate that is ``foretold`` for
    them; -1 stands for no fate, and is not drawn.
    """
    rows = {int(digit): place for place, digit in enumerate(np.asarray(order))}
    figure, [[axes]] = panel_table(
        0.24 * len(rows) + 0.9,
        x_label="start's coordinate on the line, in units of $\\sigma$",
        y_label="digit",
    )
    places = np.asarray(places, dtype=float)
    middles = (places[1:] + places[:-1]) / 2
    edges = np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
    for low, high, fate in zip(edges, edges[1:], np.asarray(foretold), strict=False):
        if fate in rows:
            axes.barh(rows[fate], high - low, 0.8, low, color=DIGIT_COLOURS[fate], alpha=0.3, linewidth=0)
    for at, fate in zip(np.asarray(coordinates), np.asarray(fates), strict=True):
        if fate in rows:
            axes.plot(at, rows[fate], "o", markersize=4, color=DIGIT_COLOURS[fate])
    axes.set_yticks(range(len(rows)), map(str, rows))
    for name, digit in zip(axes.get_yticklabels(), rows, strict=True):
        name.set(color=DIGIT_COLOURS[digit], weight="bold")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    return Picture(figure, "svg")


@styled
def start_panels(
    single: xr.Dataset,
    full: xr.Dataset,
    windows: xr.Dataset,
    reduced: Sequence[Sequence[tuple[ArrayLike, ArrayLike]]] = (),
) -> Picture:
    """One row of two panels for each temperature of ``full``; the share is that of the first start's digit.

    Left: ``shares`` (start, rescaled_temperature, n, category) at the saddles of one memory, and (…, repeat,
    category) at those that the full network passes, with the reduced system's curves (n, share) for each row.
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
    for (left, right), hot, lines in zip(grid, temperatures, reduced or repeat(()), strict=False):
        here = {"rescaled_temperature": hot}
        window = [windows[end].sel(here).item() for end in ("first", "last")]
        if np.isfinite(window).all():
            for axes in (left, right):
                axes.axvspan(*window, color=INK, alpha=0.15, linewidth=0)
        for x, y in lines:
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

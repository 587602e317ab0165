"""Bars and bands of the digits: a memory's coefficients and labels, what is recognised, and what is left."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike

from .images import draw_block
from .scripted import Slider, slider_figure
from .style import (
    INK,
    WIDTH,
    Picture,
    category_colour,
    category_names,
    digit_text,
    fate_colours,
    panel_table,
    styled,
)

_NAMED = 5  # memories: a thinner band has no room for its name
_LIGHT = 0.5  # a colour above this weighted mean of its parts is too light for white names
_ACROSS = 10  # memories in a row


def largest_in_the_middle(values: ArrayLike) -> np.ndarray:
    """The same values with the largest in the middle and the others falling off to both sides in turn."""
    falling = np.sort(np.asarray(values, dtype=float))[::-1]
    return np.concatenate([falling[1::2][::-1], falling[0::2]])


def _draw_coefficients(axes: Axes, alpha: np.ndarray, digits: np.ndarray, names: Sequence[str]) -> None:
    start = 0
    for digit in np.unique(digits).tolist():
        own = largest_in_the_middle(alpha[digits == digit])
        if len(own):
            edges = np.arange(start, start + len(own) + 1) - 0.5
            # The outline keeps a single tall bar visible where a bar is narrower than a pixel.
            axes.stairs(own, edges, fill=True, color=category_colour(digit), linewidth=0.8)
            _write_digit(axes, start + (len(own) - 1) / 2, digit, names)
        start += len(own)
    axes.set_xlim(-1, start)


def _draw_labels(axes: Axes, labels: np.ndarray, names: Sequence[str]) -> None:
    axes.bar(range(len(labels)), labels, color=fate_colours(range(len(labels))), width=0.8)
    axes.set(ylim=(-1.05, 1.05), yticks=(-1, 0, 1))
    for digit in range(len(labels)):
        _write_digit(axes, digit, digit, names)


def _write_digit(axes: Axes, at: float, digit: int, names: Sequence[str]) -> None:
    """Under the bars at a place; so small that ten fit under a panel. Names are written upwards."""
    under: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "va": "top", "size": 9.5}
    under |= {"rotation": 90, "size": 7} if len(names) else {}
    axes.text(at, -0.03, names[digit] if len(names) else str(digit), **digit_text(digit, **under))


def _panels(
    draw: Callable[[Axes, np.ndarray], None],
    values: Sequence[Sequence[ArrayLike]],
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    name: str,
) -> Picture:
    """A table of panels with bars that `draw` draws."""
    height, shape = len(values) * 1.25 + 0.3, (len(values), len(column_titles))
    figure, grid = panel_table(height, *shape, column_titles=column_titles, sharey=True)
    for line, row, title in zip(grid, values, row_titles, strict=True):
        line[0].set_ylabel(f"{title}\n{name}")
        for axes, own in zip(line, row, strict=True):
            draw(axes, np.asarray(own, dtype=float))
            axes.axhline(0, color=INK, linewidth=0.6)
            axes.set_xticks([])
            axes.spines["bottom"].set_visible(False)
    return Picture(figure, "svg")


@styled
def coefficient_panels(
    alpha: Sequence[Sequence[ArrayLike]],
    digits: ArrayLike,
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    names: Sequence[str] = (),
) -> Picture:
    """Coefficients (S,) of one memory per panel, a bar per image, grouped by digit."""
    draw = partial(_draw_coefficients, digits=np.asarray(digits), names=names)
    return _panels(draw, alpha, row_titles, column_titles, "α")


@styled
def label_panels(
    labels: Sequence[Sequence[ArrayLike]],
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    names: Sequence[str] = (),
) -> Picture:
    """Labels (C,) of one memory per panel, one bar per digit."""
    return _panels(partial(_draw_labels, names=names), labels, row_titles, column_titles, "label")


def _stack(axes: Axes, title: str, across: np.ndarray, counts: np.ndarray, top: float) -> np.ndarray:
    """Draw bands (P, C) that reach up to ``top``; the heights of their middles (P, C)."""
    colours = fate_colours(range(counts.shape[1]))
    axes.stackplot(across, counts.T, colors=colours, linewidth=0.4, edgecolor="white")
    axes.set(title=title, xlim=(across[0], across[-1]), ylim=(0, top))
    return np.cumsum(counts, axis=1) - counts / 2


@styled
def recognised_panels(panels: Mapping[str, xr.DataArray], per_digit: int, *, columns: int = 1) -> Picture:
    """By title, the images recognised of each digit, (epoch, category): bands named at their right ends."""
    rows, high, size = -(-len(panels) // columns), *((2.5, 9.5) if columns == 1 else (1.4, 6.5))
    labels = {"x_label": "epoch", "y_label": "images recognised" if columns == 1 else "recognised"}
    figure, grid = panel_table(high * rows, rows, columns, **labels, sharex=columns > 1, sharey=columns > 1)
    for axes, (title, recognised) in zip(grid.flat, panels.items(), strict=False):
        epochs, counts = recognised.epoch.values, recognised.values.astype(float)
        middles = _stack(axes, title, epochs, counts, per_digit * counts.shape[1])
        for digit in np.flatnonzero(counts[-1]).tolist():
            look = digit_text(digit, ha="left", size=size, textcoords="offset points", annotation_clip=False)
            name, end = category_names(recognised)[digit], (epochs[-1], middles[-1, digit])
            axes.annotate(name, end, xytext=(4, 0), **look)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    return Picture(figure, "png")


@styled
def population_panels(panels: Mapping[str, xr.DataArray], memories: int) -> Picture:
    """By title, how many memories belong to each digit, (rescaled_temperature, category).

    What is blank are memories without a digit. Each band has its digit's name where it is widest.
    """
    figure, grid = panel_table(
        2.3 * len(panels) + 0.3, len(panels), x_label="$T_r$", y_label="memories", sharex=True
    )
    for axes, (title, population) in zip(grid[:, 0], panels.items(), strict=True):
        hot, counts = population.rescaled_temperature.values, population.values.astype(float)
        middles = _stack(axes, title, hot, counts, memories)
        first = int(len(hot) > 2)  # names stay inside the panel
        for digit, widest in enumerate(first + counts[first : len(hot) - first].argmax(axis=0)):
            if counts[widest, digit] >= _NAMED:
                light = np.dot(to_rgb(category_colour(digit)), (0.299, 0.587, 0.114)) > _LIGHT
                name = digit_text(digit, color="black" if light else "white", size=9)
                axes.text(hot[widest], middles[widest, digit], category_names(population)[digit], **name)
    return Picture(figure, "png")


@styled
def vanishing_strip(
    values: ArrayLike, order: Sequence[int], limits: tuple[float, float], *, x_label: str
) -> Picture:
    """Where each digit vanishes: a row for each digit, from the top in `order`, a dot for each training set.

    `values` (sets, digits) beyond the `limits` are drawn as arrows at the edge; a bar marks the mean of the
    others.
    """
    values = np.asarray(values, dtype=float)
    figure, [[axes]] = panel_table(0.24 * len(order) + 0.8, x_label=x_label, y_label="digit")
    for row, digit in enumerate(order):
        colour = category_colour(digit)
        known = np.isfinite(values[:, digit])
        inside = values[known, digit]
        shift = np.linspace(-0.2, 0.2, len(inside)) if len(inside) > 1 else np.zeros(len(inside))
        axes.plot(inside, row + shift, "o", color=colour, markersize=4.5, clip_on=False)
        if len(inside):
            axes.plot([inside.mean()] * 2, [row - 0.38, row + 0.38], color=colour, linewidth=2.2)
        for edge, mark, beyond in ((limits[0], "<", -np.inf), (limits[1], ">", np.inf)):
            if (values[:, digit] == beyond).any():
                axes.plot([edge], [row], mark, color=colour, markersize=6, clip_on=False)
    axes.set_yticks(range(len(order)), map(str, order))
    for label, digit in zip(axes.get_yticklabels(), order, strict=True):
        label.set(color=category_colour(digit), weight="bold")
    axes.set(xlim=limits, ylim=(len(order) - 0.4, -0.6))
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.6)
    return Picture(figure, "svg")


def population_slider(heated: xr.Dataset, frames: int = 12) -> Slider:
    """`population_frame` at about so many of the temperatures, with a slider.

    The dataset has ``memories`` (rescaled_temperature, memory, pixel), the ``digit`` (…, memory) of each, −1
    for none, and the ``population`` (…, category).
    """
    shown = heated.isel(rescaled_temperature=slice(None, None, max(len(heated.digit) // frames, 1)))
    labels = [f"{hot:.2f}" for hot in shown.rescaled_temperature.values]
    without = (heated.digit < 0).sum("memory")
    most = int(max(heated.population.max(), without.max())) // 10 * 10 + 10

    def frame(place: int) -> Picture:
        hot = shown.isel(rescaled_temperature=place)
        title = f"$T_r$ = {labels[place]}"
        return population_frame(hot.memories, hot.digit, title, most, category_names(heated.population))

    alt = (
        "All memories after learning at one temperature, sorted by digit, and how many belong to each digit."
    )
    return slider_figure(frame, labels, name="temperature", alt=alt)


@styled
def population_frame(
    memories: ArrayLike, digits: ArrayLike, title: str, most: int, names: Sequence[str] = tuple("0123456789")
) -> Picture:
    """All memories (K, N) in the order of their digits (K,), those without one (−1) last; how many of each.

    `most` is the end of the bars' axis, the same for all frames of a movie; `names` are the categories'.
    """
    memories, digits = np.asarray(memories, dtype=float), np.asarray(digits)
    categories = len(names)
    order = np.argsort(np.where(digits < 0, categories, digits), kind="stable")
    figure, [[left, right]] = panel_table(0.66 * WIDTH + 0.35, 1, 2, width_ratios=(0.66, 0.34))
    draw_block(left, memories[order], _ACROSS)
    left.set_title(title)
    counts = [int((digits == digit).sum()) for digit in range(categories)] + [int((digits < 0).sum())]
    right.barh(range(categories + 1), counts, color=[*fate_colours(range(categories)), INK], height=0.8)
    right.set_yticks(range(categories + 1), [*names, "none"])
    right.set(xlim=(0, most), ylim=(categories + 0.6, -0.6), xlabel="memories")
    return Picture(figure, "png")

"""One look for every figure of the book.

Figures have no background and their text is a middle grey, so that one file reads on a light and on a dark
page.  They are narrow (a phone shows them at about three quarters of their size, a desktop at about four
thirds), which keeps their text as large as the page's small print.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
import matplotlib.style
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb, to_hex
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

DIGIT_COLOURS = (
    "#9b84f0", "#bc8d04", "#0b6666", "#ff5388", "#71329d",
    "#737940", "#903408", "#3aa2ad", "#a74dba", "#325efa",
)  # fmt: skip
"""The colour of each digit, 0 to 9: apart for colour-blind readers, visible on white and on near-black, where
figures are lifted towards white: at least 3:1 to the page (found by a search; both are in the tests)."""

TEMPERATURE_COLOURS = ("#3c78d8", "#a0459b", "#e8702a")
"""Three temperatures, from cold to hot."""

MEMORY_COLOUR = "#a352c9"
LABEL_COLOUR = "#c86e00"
"""Nullclines: memory purple, label orange."""

PAIR_COLOURS = ("#3c78d8", "#2d9d6e")
"""Two memories: blue and green."""

INK = "#737373"
"""Text, axes and frames: a middle grey, 4.7:1 on white, 5:1 on the dark page, which lifts figures."""

PIXEL_MAP = "RdBu_r"
"""Images and memories: −1 blue, 0 white, +1 red, always on [−1, 1]."""

WIDTH = 4.6
"""Inches; every figure is this wide."""

STYLE: Any = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.transparent": True,
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.labelsize": 11,
    "axes.titlesize": 11,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.6,
    "svg.hashsalt": "hopcore",
    "image.interpolation": "nearest",
}

_TURN = RLock()


@contextmanager
def style(changes: Any = MappingProxyType({})) -> Iterator[None]:
    """Matplotlib's defaults, the book's style and some changes inside a ``with``.

    One thread at a time, as settings are those of the whole process; afterwards they are as before.
    """
    with _TURN, mpl.style.context(["default", STYLE, dict(changes)]):
        yield


styled = style()
"""Decorates a drawing function: it runs with the book's style, and leaves the reader's own settings alone."""

_PNG_DPI = 250  # twice the pixels of the widest display, 576 CSS pixels


class Picture:
    """A figure that notebooks show as SVG (few points) or PNG (many).

    `figure` is the Matplotlib figure, to change or to save elsewhere.
    """

    def __init__(self, figure: Figure, kind: str = "svg"):
        if kind not in ("svg", "png"):
            raise ValueError(f"kind must be 'svg' or 'png', got {kind!r}")
        self.figure = figure
        self.kind = kind

    def __repr__(self) -> str:
        return f"<Picture {self.kind}, {len(self.figure.axes)} panels>"

    def data(self) -> bytes:
        """The picture in its own format; the same figure always gives the same bytes."""
        buffer = io.BytesIO()
        metadata = {"Date": None} if self.kind == "svg" else {"Software": None}
        with style():
            self.figure.savefig(buffer, format=self.kind, dpi=_PNG_DPI, metadata=metadata)
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        if self.kind == "svg":
            return {"text/plain": repr(self), "image/svg+xml": self.data().decode()}, {}
        width, height = (round(inches * 96) for inches in self.figure.get_size_inches())
        # As bytes, which Jupyter encodes itself.
        bundle = {"text/plain": repr(self), "image/png": self.data()}
        return bundle, {"image/png": {"width": width, "height": height}}


def category_colour(category: int) -> str:
    """The colour of a category: those of the ten digits, from there on others, of golden angles' hues."""
    if category < len(DIGIT_COLOURS):
        return DIGIT_COLOURS[category]
    red, green, blue = hsv_to_rgb((0.618034 * category % 1, 0.45 + 0.2 * (category % 3), 0.75))
    return to_hex((red, green, blue))


def fate_colours(digits: ArrayLike) -> list[str]:
    """The colour of each digit or category, grey for none (below 0)."""
    return [category_colour(digit) if digit >= 0 else INK for digit in np.asarray(digits)]


def category_names(found: xr.DataArray | xr.Dataset) -> list[str]:
    """What the categories of results are called, by their coordinates."""
    return [str(name) for name in found.coords.get("category_name", found.category).values]


def grid_titles(networks: xr.Dataset) -> tuple[list[str], list[str]]:
    """Titles for the n and for the rescaled temperatures of a grid of networks."""
    hot = networks.rescaled_temperature.values
    return [f"$n$ = {n:.0f}" for n in networks.n.values], [f"$T_r$ = {each:.2f}" for each in hot]


def digit_text(digit: int, **options: Any) -> dict[str, Any]:
    """How a digit is written into a figure: bold, in its colour, centred unless `options` say otherwise."""
    return {"color": category_colour(digit), "weight": "bold", "ha": "center", "va": "center", **options}


def new_figure(height: float) -> Figure:
    """An empty figure of the book's width and of `height` inches."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def panel_table(
    height: float,
    rows: int = 1,
    columns: int = 1,
    *,
    column_titles: Sequence[str] = (),
    x_label: str = "",
    y_label: str = "",
    **options: Any,
) -> tuple[Figure, np.ndarray]:
    """A figure of `height` inches and its axes (rows, columns); the options are those of `Figure.subplots`.

    Titles stand above the first row, `x_label` below the last one, `y_label` beside the first column.
    """
    figure = new_figure(height)
    grid = figure.subplots(rows, columns, squeeze=False, **options)
    for axes, title in zip(grid[0], column_titles, strict=False):
        axes.set_title(title)
    for axes in grid[-1]:
        axes.set_xlabel(x_label)
    for axes in grid[:, 0]:
        axes.set_ylabel(y_label)
    return figure, grid


def legend_outside(
    figure: Figure, columns: int, handles: Sequence[Artist] = (), *, place: str = "upper"
) -> None:
    """A legend above the panels, or below (`place` "lower"); without handles it is that of the first one."""
    handles = handles or figure.axes[0].get_legend_handles_labels()[0]
    look: Any = {"frameon": False, "handlelength": 1.2, "columnspacing": 1.0}
    look["loc"] = f"outside {place} center"
    figure.legend(handles=list(handles), ncols=columns, **look)


def draw_range(axes: Axes, x: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str) -> None:
    """Draw the spread around a line: a light band."""
    axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)


def pushed_apart(places: ArrayLike, apart: float) -> np.ndarray:
    """Places on a line, in their order, moved as little as it takes until neighbours are so far apart."""
    places = np.array(places, dtype=float)
    order = np.argsort(places, kind="stable")
    moved = places[order]
    for _ in range(200):
        overlap = np.maximum(apart - np.diff(moved), 0) / 2
        moved[:-1] -= overlap
        moved[1:] += overlap
    places[order] = moved
    return places

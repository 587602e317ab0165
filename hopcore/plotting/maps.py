"""Memories on a map of the images, and their trails: on it, in a movie, and in the shares of two digits."""

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike
from PIL import Image

from hopcore._files import data_address

from .images import draw_block, draw_table
from .style import INK, WIDTH, Picture, digit_text, fate_colours, new_figure, panel_table, style, styled

_SAMPLES = 6  # images across above a map
_LETTERS = ascii_uppercase  # a number would look like a digit's name
_CONTROLS = 96  # pixels
_DPI, _HEIGHT, _FRAMES_PER_SECOND = 120, 3.2, 5  # of a movie, which is so high (inches)


@dataclass(frozen=True)
class Trails:
    """A panel's title, the places of K memories up to now (E, K, 2), and the digit that colours each (K,).

    `marks` (P, 2) are places with a letter, the saddles, and `images` (P, N) are drawn above a map, lettered
    as the marks. `guides` are polylines (P, 2), drawn dashed.
    """

    title: str
    places: ArrayLike
    digits: ArrayLike
    marks: ArrayLike = ()
    guides: Sequence[ArrayLike] = ()
    images: Sequence[ArrayLike] = ()


def draw_trails(axes: Axes, trails: Trails, *, size: float = 12) -> None:
    """Draw paths in the colours of their digits, grey for none (below 0), a disc at their ends."""
    places, colours = np.asarray(trails.places, dtype=float), fate_colours(trails.digits)
    if len(places) > 1:
        casing = [withStroke(linewidth=1.8, foreground="white", alpha=0.5)]
        look: dict[str, Any] = {"linewidths": 0.8, "zorder": 3, "path_effects": casing}
        axes.add_collection(LineCollection(list(places.swapaxes(0, 1)), colors=colours, **look))
    x, y = places[-1].T
    axes.scatter(x, y, s=size, c=colours, edgecolors="black", linewidths=0.6, zorder=4)
    for guide in trails.guides:
        axes.plot(*np.asarray(guide, dtype=float).T, "--", color=INK, linewidth=1, zorder=2)
    for letter, (x, y) in zip(_LETTERS, np.asarray(trails.marks, dtype=float).reshape(-1, 2), strict=False):
        disc = {"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": "black"}
        text: dict[str, Any] = {"color": "black", "size": 8, "weight": "bold", "zorder": 7}
        axes.text(x, y, letter, ha="center", va="center_baseline", bbox=disc, **text)


def _draw_arrows(axes: Axes, trails: Trails) -> None:
    """An arrow for every fate, from where the middle of its memories was one record ago to where it is."""
    places, digits = np.asarray(trails.places, dtype=float)[-2:], np.asarray(trails.digits)
    look: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 6, "shrinkA": 0, "shrinkB": 0}
    look["path_effects"] = [withStroke(linewidth=1.8, foreground="black")]
    for fate in np.unique(digits[digits >= 0]):
        start, end = np.median(places[:, digits == fate], axis=1)
        look["color"] = fate_colours([fate])[0]
        axes.annotate("", tuple(end), tuple(start), arrowprops=look, zorder=6)


def draw_background(
    axes: Axes, places: ArrayLike, digits: ArrayLike, *, size: float = 11, names: Sequence[str] = ()
) -> None:
    """Draw the images' places (S, 2) in their digits' colours; name each digit at its median place."""
    places, digits = np.asarray(places), np.asarray(digits)
    x, y = places.T
    axes.scatter(x, y, s=1.2, c=fate_colours(digits), linewidths=0, alpha=0.55, rasterized=True)
    for digit in np.unique(digits):
        x, y = np.median(places[digits == digit], axis=0)
        name = digit_text(digit, color="black", zorder=5, size=size)
        text = names[digit] if len(names) else str(digit)
        axes.text(x, y, text, path_effects=[withStroke(linewidth=2.5, foreground="white")], **name)
    axes.set_aspect("equal")
    axes.set_axis_off()


@styled
def map_panels(
    networks: xr.Dataset,
    background: ArrayLike,
    digits: ArrayLike,
    *,
    samples: int = 5,
    names: Sequence[str] = (),
) -> Picture:
    """Memories as white discs on the map, rows over n and columns over T_r, some drawn above each panel.

    `networks` has ``places`` (n, rescaled_temperature, memory, axis) and ``memories`` (…, memory, pixel).
    """
    rows, across = networks.sizes["n"], networks.sizes["rescaled_temperature"]
    side = WIDTH / across
    figure = new_figure(rows * (side * (1 + 1 / samples) + 0.35))
    outer = figure.subfigures(rows, across, squeeze=False)
    for (row, column), part in np.ndenumerate(outer):
        network = networks.isel(n=row, rescaled_temperature=column)
        above, below = part.subplots(2, 1, height_ratios=(1 / samples, 1))
        above.set_title(f"$n$ = {network.n:.0f}, $T_r$ = {network.rescaled_temperature:.2f}")
        draw_block(above, network.memories.values[:samples], columns=samples, rows=1)
        draw_background(below, background, digits, names=names)
        discs = {"s": 13, "facecolor": "white", "edgecolor": "black", "linewidth": 0.7}
        below.scatter(*network.places.values.T, zorder=4, **discs)
    return Picture(figure, "png")


@styled
def trail_panels(
    panels: Sequence[Sequence[Trails]], background: ArrayLike, digits: ArrayLike, names: Sequence[str] = ()
) -> Picture:
    """Rows of maps with the memories' trails, above each its images; all show the same part of the plane.

    Three or more across are small, and have an arrow for each digit: its memories' last step.
    """
    across = len(panels[0])
    small = across > 2
    above = [any(len(panel.images) for panel in row) for row in panels]
    side = 0.88 * WIDTH / across
    figure = new_figure(sum(side + 0.25 + (side / _SAMPLES if images else 0) for images in above))
    parts = figure.subfigures(len(panels), across, squeeze=False)
    for (row, column), part in np.ndenumerate(parts):
        panel = panels[row][column]
        part.suptitle(panel.title)
        if above[row]:
            top, axes = part.subplots(2, 1, height_ratios=(1 / _SAMPLES, 0.8))
            images = np.asarray(panel.images, dtype=float)[None, :_SAMPLES]
            draw_table(top, images, [], _LETTERS[: images.shape[1]])
        else:
            axes = part.subplots()
        draw_background(axes, background, digits, size=8 if small else 11, names=names)
        draw_trails(axes, panel, size=4 if small else 12)
        if small:
            _draw_arrows(axes, panel)
    return Picture(figure, "png")


@styled
def share_trails(rows: Sequence[Sequence[Trails]], labels: Sequence[tuple[int, int]]) -> Picture:
    """Rows of panels of trails in the shares of two digits, each fate named where its memories end.

    `labels` names, for each column, the digits across and up.
    """
    across = len(labels)
    figure, grid = panel_table(len(rows) * WIDTH / max(across, 2) * 1.02 + 0.3, len(rows), across)
    for line, row in zip(grid, rows, strict=True):
        for axes, panel, (right, up) in zip(line, row, labels, strict=True):
            draw_trails(axes, panel, size=7)
            axes.set(title=panel.title, xlabel=f"share of {right}", ylabel=f"share of {up}")
            axes.set_aspect("equal", adjustable="datalim")
            axes.autoscale_view()
            _name_ends(axes, panel)
    return Picture(figure, "png")


def _name_ends(axes: Axes, panel: Trails) -> None:
    ends, fates = np.asarray(panel.places, dtype=float)[-1], np.asarray(panel.digits)
    middle = np.mean([axes.get_xlim(), axes.get_ylim()], axis=1)
    for fate in np.unique(fates[fates >= 0]):
        place = np.median(ends[fates == fate], axis=0)
        away = place - middle
        away *= 11 / max(float(np.linalg.norm(away)), 1e-9)
        name = digit_text(fate, size=11, zorder=8, textcoords="offset points", annotation_clip=False)
        axes.annotate(str(fate), place, xytext=tuple(away), **name)


@styled
def compositions(panels: Sequence[tuple[str, Sequence[ArrayLike]]], digits: Sequence[int]) -> Picture:
    """What saddles are made of: per panel a title and the shares (C,) of each training set's saddle.

    Each share is drawn as its digit, in the digit's colour, one column for each training set with a saddle,
    NaN for the others. Without any, the picture says that there are no saddles.
    """
    tables = [(title, np.asarray(saddles, dtype=float)) for title, saddles in panels]
    known = [(title, table[np.isfinite(table).all(axis=1)]) for title, table in tables]
    known = [(title, table) for title, table in known if len(table)]
    if not known:
        figure = new_figure(2.9)
        figure.text(0.5, 0.5, "no memories part", ha="center", va="center")
        return Picture(figure, "svg")
    figure, grid = panel_table(2.9, 1, len(known), sharey=True, x_label="training sets", y_label="share")
    for axes, (title, saddles) in zip(grid[0], known, strict=True):
        axes.axhline(0.5, color=INK, linewidth=0.8, linestyle="--")
        axes.axhline(0, color=INK, linewidth=0.6)
        for (column, digit), share in np.ndenumerate(saddles):
            if digit in digits:
                axes.text(column, share, str(digit), **digit_text(digit, size=8.5, va="center_baseline"))
        axes.set(title=title, xlim=(-0.8, len(saddles) - 0.2), xticks=[])
    values = np.concatenate([saddles[:, list(digits)].ravel() for _, saddles in known])
    grid[0, 0].set_ylim(min(-0.05, values.min() - 0.06), max(0.85, values.max() + 0.06))
    return Picture(figure, "svg")


@dataclass(frozen=True)
class Movie:
    """A video that a notebook shows: MP4 (H.264) with controls, carried by the page itself.

    `video` are the file's bytes, `poster` is the last frame (WebP), shown before it plays, and `description`
    says for those who cannot see it what it shows.
    """

    video: bytes
    poster: bytes
    description: str
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<Movie {self.width}×{self.height}>"

    def _repr_html_(self) -> str:
        words = html.escape(self.description)
        # A strip below the picture is for the controls, which would hide its lowest part.
        place = f"aspect-ratio: {self.width} / {self.height + _CONTROLS}; object-position: top"
        return (
            f'<video controls loop muted playsinline preload="none" width="{self.width}" '
            f'style="max-width: 100%; height: auto; {place}" aria-label="{words}" '
            f'poster="{data_address("image/webp", self.poster)}" '
            f'src="{data_address("video/mp4", self.video)}">{words}</video>'
        )


def learning_movie(
    epochs: Sequence[int],
    places: ArrayLike,
    memories: ArrayLike,
    digits: ArrayLike,
    background: ArrayLike,
    background_digits: ArrayLike,
    *,
    description: str,
) -> Movie:
    """Trails on the map at the left, the memories themselves at the right, one frame for each epoch.

    RuntimeError if no ffmpeg is found; the extra `book` installs one.

    Parameters
    ----------
    epochs : (E,).
    places : (E, K, 2) of the memories on the map.
    memories : (E, M, pixels) those to show, in their order; ten in a row.
    digits : (K,) the digit that colours each trail, below 0 for none.
    background, background_digits : places (S, 2) and digits (S,) of the images of the map.
    description : what the movie shows, for those who cannot see it.
    """
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        raise RuntimeError("movies need ffmpeg: pip install 'hopcore[book]'") from error

    places, memories = np.asarray(places, dtype=float), np.asarray(memories, dtype=float)
    width, height = round(2 * _HEIGHT * _DPI), round(_HEIGHT * _DPI)
    options: Any = {"fps": _FRAMES_PER_SECOND, "codec": "libx264", "pix_fmt_in": "rgba", "quality": None}
    options["output_params"] = ["-crf", "27", "-movflags", "+faststart"]
    with style({"text.color": "#404040"}), TemporaryDirectory() as folder:
        path = Path(folder) / "learning.mp4"
        writer = write_frames(str(path), (width, height), **options)
        writer.send(None)  # starts it
        # A light page of its own: H.264 knows no transparency.
        canvas = FigureCanvasAgg(Figure(figsize=(2 * _HEIGHT, _HEIGHT), facecolor="white", dpi=_DPI))
        left = canvas.figure.add_axes((0.0, 0.0, 0.5, 0.92))
        right = canvas.figure.add_axes((0.51, 0.01, 0.48, 0.9))
        for frame, epoch in enumerate(epochs):
            left.clear()
            right.clear()
            draw_background(left, background, background_digits)
            left.autoscale_view()  # now: trails do not move the map
            left.autoscale(False)
            draw_trails(left, Trails("", places[: frame + 1], digits), size=16)
            draw_block(right, memories[frame], columns=10)
            canvas.figure.suptitle(f"epoch {epoch}", x=0.25, y=0.99, size=11)
            canvas.draw()
            writer.send(np.ascontiguousarray(canvas.buffer_rgba()))
        writer.close()
        poster = io.BytesIO()
        Image.fromarray(np.asarray(canvas.buffer_rgba())).save(poster, "WEBP", quality=80)
        return Movie(path.read_bytes(), poster.getvalue(), description, width, height)

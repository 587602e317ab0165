"""Figures with a script: what a page carries for the reader to move them by.

A first picture is there without a script and on paper; the script of its kind, a file of this folder, draws
the others.  Nothing is loaded from anywhere: the figure works in a file opened from disk.  There are two:
pictures drawn beforehand, through which a reader slides, and trails in three dimensions, which one turns,
free or on the ridges of a landscape.
"""

import hashlib
import html
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from PIL import Image

from hopcore._checks import check_finite_array, check_increasing
from hopcore._files import data_address

from .style import DIGIT_COLOURS, Picture, fate_colours, style

_INTERVAL = 500  # milliseconds between frames while playing
_SHOWN_WIDTH = 576  # CSS pixels, the widest that a page shows a figure
_WIDTH, _HEIGHT, _MARGIN = 460, 400, 34  # of the drawing, in its own units
_STEPS = 1000  # points are kept as whole numbers of thousandths
_TURN, _TILT = 22, 16  # the first view, in degrees
_VALLEY_VIEW = 14, 38
_RIDGES, _TRAILS = 36, 50  # of a landscape, at most


def scripted(kind: str, picture: str, data: Mapping[str, Any], *, hint: str, attributes: str = "") -> str:
    """A figure as HTML: style, first picture (HTML), data (JSON) and script, which adds the controls.

    `kind` is the name of the script and, after ``hopcore-``, of the element's class, `hint` is what a reader
    without scripts is told, and `attributes` are more of the element.
    """
    packed = json.dumps(data, separators=(",", ":")).replace("</", "<\\/")
    name = f"{kind}-{hashlib.sha256((attributes + picture + packed).encode()).hexdigest()[:12]}"
    rules, start, script = (
        files("hopcore.plotting").joinpath(each).read_text(encoding="utf-8").strip()
        for each in ("scripted.css", "scripted.js", f"{kind}.js")
    )
    return f"""<div class="hopcore-{kind}" id="{name}"{attributes}>
<style>
{rules}
</style>
{picture}
<noscript><p>{html.escape(hint)}</p></noscript>
<script type="application/json">{packed}</script>
<script>{start}("{name}", {script});</script>
</div>"""


@dataclass(frozen=True)
class Slider:
    """Frames with a slider, buttons for the last and the next one, and play; a page or a notebook shows it.

    Attributes
    ----------
    frames : WebP images of one size.
    labels : what the slider says at each frame, "20" or "epoch 400".
    alts : what each frame shows, for readers who do not see it.
    name : the visible name of the slider.
    size : width and height of a frame in CSS pixels.
    start : the frame shown first.
    """

    frames: tuple[bytes, ...]
    labels: tuple[str, ...]
    alts: tuple[str, ...]
    name: str
    size: tuple[int, int]
    start: int = 0

    def __repr__(self) -> str:
        return f"<Slider, {len(self.frames)} frames over {self.name}>"

    def _repr_html_(self) -> str:
        pictures = [data_address("image/webp", frame) for frame in self.frames]
        width, height = self.size
        shown = (
            f'<img src="{pictures[self.start]}" width="{width}" height="{height}" '
            f'alt="{html.escape(self.alts[self.start])}">'
        )
        pictures[self.start] = ""  # it is in the page already
        data = {name: getattr(self, name) for name in ("labels", "alts", "name", "start")}
        data |= {"frames": pictures, "interval": _INTERVAL}
        hint = f"The slider needs JavaScript; this is the picture at {self.name} {self.labels[self.start]}."
        named = f' role="group" aria-label="Figure with a slider over {html.escape(self.name)}"'
        return scripted("slider", shown, data, hint=hint, attributes=named)


def slider_figure(
    frames: Callable[[int], Picture],
    labels: Sequence[str],
    *,
    name: str,
    alt: str | Sequence[str],
    start: int = 0,
    width: int = 864,
    colours: int | None = None,
) -> Slider:
    """Draw every frame of a figure with a slider; the figures are drawn one by one and not kept.

    ValueError without labels, for a start or texts that do not fit them, and for frames of several sizes.

    Parameters
    ----------
    frames : called with 0, 1, … for each label in turn. All must have one size: give axes fixed limits, so
        that nothing jumps.
    labels, name, start : as in `Slider`.
    alt : what each frame shows, in words: a text for each, or one for all, to which its label is added.
    width : pixels across; the page shows a frame at no more than 576 CSS pixels.
    colours : None keeps every colour, best for lines and pixel images; 2 to 256 reduces each frame to so
        many, for frames of thousands of points.
    """
    labels = tuple(map(str, labels))
    count = len(labels)
    if not count:
        raise ValueError("labels must name at least one frame, got none")
    if not 0 <= start < count:
        raise ValueError(f"start must be one of the {count} frames, 0 to {count - 1}, got {start}")
    alts = tuple(f"{alt} Here {name} is {each}." for each in labels) if isinstance(alt, str) else tuple(alt)
    if len(alts) != count:
        raise ValueError(f"alt must have a text for each of {count} labels, got {len(alts)}")
    drawn, sizes = zip(*(_render(frames(number), width, colours) for number in range(count)), strict=True)
    if len(set(sizes)) > 1:
        raise ValueError(f"frames must have one size, got {sorted(set(sizes))}")
    across, down = sizes[0]
    size = (_SHOWN_WIDTH, round(_SHOWN_WIDTH * down / across))
    return Slider(drawn, labels, alts, name, size, start)


def _render(picture: Picture, width: int, colours: int | None) -> tuple[bytes, tuple[int, int]]:
    """One frame as WebP, and its size in pixels."""
    raw, packed = io.BytesIO(), io.BytesIO()
    with style():
        picture.figure.savefig(raw, format="png", dpi=width / picture.figure.get_figwidth())
    image: Image.Image = Image.open(raw)
    if colours is not None:
        image = image.quantize(colours, method=Image.Quantize.FASTOCTREE).convert("RGBA")
    image.save(packed, "WEBP", lossless=True, method=2)
    return packed.getvalue(), image.size


@dataclass(frozen=True)
class Turning:
    """Trails in three dimensions; a notebook or a page shows them with controls.

    Dragging, the arrow keys and two sliders turn the trails; a third slider moves along the epochs, or
    along whatever `progress` names.

    Attributes
    ----------
    points : (E, K, 3), where each of K trails is at E epochs.
    epochs : (E,).
    colours : K colours, one for each trail.
    axes : three names with their colours; the first axis points up.
    guides : polylines (P, 3) drawn dashed.
    description : what the figure shows, for readers who do not see it.
    progress : the name of the third slider.
    ridges : (R, P, 3), lines across a landscape from back to front, each hiding what is behind it.
    labels : texts with their colours and places (3,).
    view : the first view: turned and tilted by so many degrees.
    """

    points: np.ndarray
    epochs: tuple[float, ...]
    colours: tuple[str, ...]
    axes: tuple[tuple[str, str], ...]
    guides: tuple[np.ndarray, ...]
    description: str
    progress: str = "epoch"
    ridges: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 3)))
    labels: tuple[tuple[str, str, tuple[float, ...]], ...] = ()
    view: tuple[float, float] = (_TURN, _TILT)

    def __repr__(self) -> str:
        return f"<Turning, {self.points.shape[1]} trails in three dimensions>"

    @cached_property
    def _frame(self) -> tuple[np.ndarray, float]:
        """Centre of the drawing in the points' coordinates, and drawing units per unit of theirs."""
        around = [[0, 0, 0], *np.eye(3)] if self.axes else self.ridges.reshape(-1, 3)
        shown = np.concatenate([self.points.reshape(-1, 3), around])
        low, high = shown.min(axis=0), shown.max(axis=0)
        radius = np.sqrt(((shown - (low + high) / 2) ** 2).sum(axis=1).max())
        return (low + high) / 2, (_HEIGHT / 2 - (_MARGIN if self.axes else 0)) / radius

    def project(self, points: ArrayLike, turn: float | None = None, tilt: float | None = None) -> np.ndarray:
        """Places (..., 2) in the drawing of points (..., 3), seen from an angle given in degrees."""
        turn, tilt = self.view[0] if turn is None else turn, self.view[1] if tilt is None else tilt
        centre, scale = self._frame
        up, right, away = np.moveaxis(np.asarray(points, dtype=float) - centre, -1, 0)
        turn, tilt = np.radians(turn), np.radians(tilt)
        across = np.cos(turn) * right - np.sin(turn) * away
        depth = np.sin(turn) * right + np.cos(turn) * away
        height = np.cos(tilt) * up - np.sin(tilt) * depth
        return np.stack([_WIDTH / 2 + scale * across, _HEIGHT / 2 - scale * height], axis=-1)

    def html(self) -> str:
        """The figure: drawing, points and script, for one page."""
        whole, ridges = (np.rint(each * _STEPS).astype(int) for each in (self.points, self.ridges))
        centre, scale = self._frame
        data = {
            "steps": _STEPS,
            "epochs": list(self.epochs),
            "trails": [trail.ravel().tolist() for trail in whole.transpose(1, 0, 2)],
            "axes": np.eye(3)[: len(self.axes)].tolist(),
            "ridges": [ridge.ravel().tolist() for ridge in ridges],
            "labels": [place for _, _, place in self.labels],
            "guides": [np.asarray(guide).tolist() for guide in self.guides],
            "centre": centre.tolist(),
            "scale": scale,
            "size": [_WIDTH, _HEIGHT],
            "view": self.view,
            "progress": self.progress,
        }
        hint = "Turning the figure needs JavaScript; this is its first view."
        return scripted("turning", self._drawing(), data, hint=hint)

    _repr_html_ = html

    def _drawing(self) -> str:
        lines = [
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" tabindex="0" '
            f'aria-label="{html.escape(self.description)}">'
        ]

        def written(text: str, colour: str, at: ArrayLike) -> None:
            x, y = np.asarray(at)
            lines.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{html.escape(text)}</text>')

        lines += [f'<path class="ridge" d="{_path(self.project(ridge))}"/>' for ridge in self.ridges]
        origin = self.project([0, 0, 0])
        for (axis, colour), end in zip(self.axes, self.project(np.eye(3)), strict=False):
            lines.append(f'<path class="axis" d="{_path([origin, end])}"/>')
            written(axis, colour, origin + (end - origin) * 1.08)
        lines += [f'<path class="guide" d="{_path(self.project(guide))}"/>' for guide in self.guides]
        places = self.project(self.points)
        for number, colour in enumerate(self.colours):
            lines.append(f'<path class="trail" stroke="{colour}" d="{_path(places[:, number])}"/>')
        for number, colour in enumerate(self.colours):
            x, y = places[-1, number]
            lines.append(f'<circle r="2.2" fill="{colour}" cx="{x:.1f}" cy="{y:.1f}"/>')
        for text, colour, place in self.labels:
            written(text, colour, self.project(place))
        return "\n".join([*lines, "</svg>"])


def turning_trails(
    points: ArrayLike,
    epochs: Sequence[int],
    fates: Sequence[int],
    digits: Sequence[int],
    *,
    guides: Sequence[ArrayLike] = (),
    description: str = "",
) -> Turning:
    """Trails in the shares of three digits, coloured by the digit that each memory ends as.

    ValueError for arrays that do not fit each other, and points that are not finite.

    Parameters
    ----------
    points, epochs, guides, description : as in `Turning`; the points are shares of the three digits.
    fates : (K,) digit of each memory; −1 (none) is drawn grey.
    digits : the three digits of the axes; the first points up.
    """
    points = check_finite_array("points", points, (None, None, 3))
    if not points.size or len(epochs) != points.shape[0] or len(fates) != points.shape[1] or len(digits) != 3:
        raise ValueError(
            f"epochs, fates and digits must fit points of shape {points.shape}, "
            f"got {len(epochs)}, {len(fates)} and {len(digits)} (must be 3) of them"
        )
    return Turning(
        points,
        tuple(int(epoch) for epoch in epochs),
        tuple(fate_colours(fates)),
        tuple((f"share of {digit}", DIGIT_COLOURS[digit]) for digit in digits),
        tuple(np.asarray(guide, dtype=float) for guide in guides),
        description,
    )


def turning_valley(land: xr.Dataset, fates: ArrayLike, *, description: str = "") -> Turning:
    """A landscape of memories, from `hopcore.splits.landscape`, that falls with the epochs, and their trails.

    ``fates`` are (K,), the digits that colour the memories, below 0 for none. Of many memories, every second
    or third is drawn, so that at most 50 are. ValueError for other fates, and for fewer than two epochs.
    """
    fates = check_finite_array("fates", fates, (land.sizes["memory"],)).astype(int)
    epochs = check_increasing("epochs", land.epoch.values)
    if len(epochs) < 2:
        raise ValueError(f"land must have two epochs or more, got {len(epochs)}")
    since = (epochs - epochs[0]) / (epochs[-1] - epochs[0])
    height = land.height.transpose("epoch", "x").values
    up = 0.65 * (height - height.min()) / np.ptp(height) - 0.8 * since[:, None]
    away, x = 2.2 * since - 1.1, land.x.values
    places = land.place.transpose("epoch", "memory").values
    on = [np.interp(row, x, heights) + 0.02 for row, heights in zip(places, up, strict=True)]
    points = np.stack([on, places, np.broadcast_to(away[:, None], places.shape)], axis=-1)

    every = slice(None, None, -(-len(epochs) // _RIDGES))
    some = slice(None, None, -(-len(fates) // _TRAILS))
    lines = np.stack(np.broadcast_arrays(up[every, ::2], x[::2], away[every, None]), axis=-1)
    # and down to the ground at both ends
    ends = np.stack(np.broadcast_arrays(up.min() - 0.1, x[[0, -2]], away[every, None]), axis=-1)
    ridges = np.concatenate([ends[:, :1], lines, ends[:, 1:]], axis=1)
    named = [
        (str(fate), DIGIT_COLOURS[fate], (up.min() - 0.25, np.median(places[-1, fates == fate]), away[-1]))
        for fate in np.unique(fates[fates >= 0]).tolist()
    ]
    return Turning(
        points[every, some], tuple(map(int, epochs[every])), tuple(fate_colours(fates[some])), (), (),
        description, ridges=ridges, labels=tuple(named), view=_VALLEY_VIEW,
    )  # fmt: skip


def _path(places: Any) -> str:
    """An SVG path through places (P, 2), without repeating a place."""
    steps = [f"{x:.1f} {y:.1f}" for x, y in places]
    return "M" + "L".join(step for step, last in zip(steps, [None, *steps], strict=False) if step != last)

"""Trails in three dimensions that a reader turns in the page: an SVG with its own small script.

The first view is drawn here; the script (`turning.js`) draws the other views from the same points.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array

from .scripted import scripted
from .style import DIGIT_COLOURS, fate_colours

_WIDTH, _HEIGHT, _MARGIN = 460, 400, 34  # of the drawing, in its own units
_STEPS = 1000  # points are kept as whole numbers of thousandths
_TURN, _TILT = 22, 16  # the first view, in degrees


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
    """

    points: np.ndarray
    epochs: tuple[float, ...]
    colours: tuple[str, ...]
    axes: tuple[tuple[str, str], ...]
    guides: tuple[np.ndarray, ...]
    description: str
    progress: str = "epoch"

    def __repr__(self) -> str:
        return f"<Turning, {self.points.shape[1]} trails in three dimensions>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}

    @cached_property
    def _frame(self) -> tuple[np.ndarray, float]:
        """Centre of the drawing in the points' coordinates, and drawing units per unit of theirs."""
        shown = np.concatenate([self.points.reshape(-1, 3), [[0, 0, 0]], np.eye(3)])
        low, high = shown.min(axis=0), shown.max(axis=0)
        radius = np.sqrt(((shown - (low + high) / 2) ** 2).sum(axis=1).max())
        return (low + high) / 2, (_HEIGHT / 2 - _MARGIN) / radius

    def project(self, points: ArrayLike, turn: float = _TURN, tilt: float = _TILT) -> np.ndarray:
        """Places (..., 2) in the drawing of points (..., 3), seen from an angle given in degrees."""
        centre, scale = self._frame
        up, right, away = np.moveaxis(np.asarray(points, dtype=float) - centre, -1, 0)
        turn, tilt = np.radians(turn), np.radians(tilt)
        across = np.cos(turn) * right - np.sin(turn) * away
        depth = np.sin(turn) * right + np.cos(turn) * away
        height = np.cos(tilt) * up - np.sin(tilt) * depth
        return np.stack([_WIDTH / 2 + scale * across, _HEIGHT / 2 - scale * height], axis=-1)

    def html(self) -> str:
        """The figure: drawing, points and script, for one page."""
        whole = np.rint(self.points * _STEPS).astype(int)
        centre, scale = self._frame
        data = {
            "steps": _STEPS,
            "epochs": list(self.epochs),
            "trails": [trail.ravel().tolist() for trail in whole.transpose(1, 0, 2)],
            "axes": np.eye(3).tolist(),
            "guides": [np.asarray(guide).tolist() for guide in self.guides],
            "centre": centre.tolist(),
            "scale": scale,
            "size": [_WIDTH, _HEIGHT],
            "view": [_TURN, _TILT],
            "progress": self.progress,
        }
        hint = "Turning the figure needs JavaScript; this is its first view."
        return scripted("turning", self._drawing(), data, hint=hint)

    def _drawing(self) -> str:
        lines = [
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" tabindex="0" '
            f'aria-label="{html.escape(self.description)}">'
        ]
        origin = self.project([0, 0, 0])
        for (axis, colour), end in zip(self.axes, self.project(np.eye(3)), strict=True):
            at = self.project(np.zeros(3)) + (end - origin) * 1.08
            lines.append(f'<path class="axis" d="{_path([origin, end])}"/>')
            lines.append(f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" fill="{colour}">{html.escape(axis)}</text>')
        lines += [f'<path class="guide" d="{_path(self.project(guide))}"/>' for guide in self.guides]
        places = self.project(self.points)
        for number, colour in enumerate(self.colours):
            lines.append(f'<path class="trail" stroke="{colour}" d="{_path(places[:, number])}"/>')
        for number, colour in enumerate(self.colours):
            x, y = places[-1, number]
            lines.append(f'<circle r="2.2" fill="{colour}" cx="{x:.1f}" cy="{y:.1f}"/>')
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

    Parameters
    ----------
    points, epochs, guides, description : as in `Turning`; the points are shares of the three digits.
    fates : (K,) digit of each memory; −1 (none) is drawn grey.
    digits : the three digits of the axes; the first points up.

    Raises
    ------
    ValueError
        For arrays that do not fit each other, and points that are not finite.
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


def _path(places: Any) -> str:
    """An SVG path through places (P, 2), without repeating a place."""
    steps = [f"{x:.1f} {y:.1f}" for x, y in places]
    return "M" + "L".join(step for step, last in zip(steps, [None, *steps], strict=False) if step != last)

"""The picture of the nullcline explorer: the plane of label and memory, and memories at fixed points."""

from __future__ import annotations

import numpy as np
import xarray as xr

from hopcore.plotting.style import INK, LABEL_COLOUR, MEMORY_COLOUR, PIXEL_MAP
from hopcore.reduced import ReducedSystem
from hopcore.reduced.constraint import place
from hopcore.reduced.nullclines import memory_arcs
from hopcore.widgets.canvas import Canvas

_LOW, _HIGH = -0.5, 1.5  # of the position on the constraint; see `hopcore.reduced.constraint`
_TICKS = (-0.5, 0, 0.5, 1, 1.5)
_ARROWS = 17
_SHOWN = 4  # memories drawn
_SIDE = 28
_CELLS_PER_UNIT = 64  # coarser than for measurements; the points are exact


def _position(alpha, alpha_b):
    """Where coefficients lie on the constraint: x = α_A while α_B ≥ 0, and x = 2 − α_A beyond."""
    alpha, alpha_b = np.asarray(alpha, dtype=float), np.asarray(alpha_b, dtype=float)
    return np.where(alpha_b >= 0, alpha, 2 - alpha)


class NullclineView:
    """Nullclines, flow and fixed points; every artist is made once and then given new data.

    The vertical axis follows the constraint |α_A| + |α_B| = 1 beyond α_A = 1, where α_B is negative, so that
    both images are treated alike and no fixed point is hidden behind another branch.
    """

    def __init__(self) -> None:
        self.canvas = Canvas(6.4, 4.2)
        with self.canvas.style():
            self._make()

    def _make(self) -> None:
        figure = self.canvas.figure
        axes = figure.add_axes((0.19, 0.14, 0.57, 0.76))
        axes.set_xlim(-1.04, 1.04)
        axes.set_ylim(_LOW, _HIGH)
        axes.set_xlabel("label ℓ")
        axes.set_ylabel("memory: α_A, α_B")
        names = [
            f"{float(at.alpha_a):g}, {float(at.alpha_b):g}" for at in map(place, np.array(_TICKS, float))
        ]
        axes.set_yticks(_TICKS, [name.replace("-", "−") for name in names])
        axes.axhline(0.5, color=INK, linewidth=0.5, alpha=0.5)
        axes.axvline(0, color=INK, linewidth=0.5, alpha=0.5)
        self._x = np.linspace(_LOW, _HIGH, 401)
        ell = np.linspace(-1, 1, _ARROWS)
        # not on the corners, where the constraint turns
        at = _LOW + (np.arange(_ARROWS) + 0.5) * (_HIGH - _LOW) / _ARROWS
        self._grid = np.meshgrid(at, ell, indexing="ij")
        nothing = np.zeros_like(self._grid[0])
        arrows = {
            "color": INK,
            "alpha": 0.6,
            "width": 0.003,
            "pivot": "mid",
            "scale": 26,
            "scale_units": "width",
        }
        self._flow = axes.quiver(self._grid[1], self._grid[0], nothing, nothing, **arrows)
        (self._memory,) = axes.plot([], [], color=MEMORY_COLOUR, linewidth=2, label="memory at rest")
        (self._label,) = axes.plot([], [], color=LABEL_COLOUR, linewidth=2, label="label at rest")
        point = {"markersize": 10, "markeredgewidth": 1.8, "markeredgecolor": "black", "zorder": 5}
        (self._stable,) = axes.plot([], [], "o", markerfacecolor="black", label="stable", **point)
        (self._unstable,) = axes.plot([], [], "o", markerfacecolor="white", label="unstable", **point)
        self._stable.set_markeredgecolor("white")
        axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1), ncols=4, frameon=False, handlelength=1.1,
                    columnspacing=0.9, handletextpad=0.4, fontsize=9.5)  # fmt: skip
        self._numbers = [
            axes.annotate("", (0, 0), xytext=(8, 5), textcoords="offset points", weight="bold", zorder=6)
            for _ in range(_SHOWN)
        ]
        blank = np.zeros((_SIDE, _SIDE))
        self.canvas.moving(
            self._flow, self._memory, self._label, self._stable, self._unstable, *self._numbers
        )
        self._memories = []
        for row in range(_SHOWN):
            inset = figure.add_axes((0.79, 0.735 - 0.235 * row, 0.19, 0.165))
            inset.set_axis_off()  # its picture and title are drawn, the axes are not
            image = inset.imshow(blank, cmap=PIXEL_MAP, vmin=-1, vmax=1, interpolation="nearest")
            caption = inset.set_title("", fontsize=9.5, pad=3)
            self.canvas.moving(image, caption)
            self._memories.append((image, caption))

    def draw(self, system: ReducedSystem, images: np.ndarray | None, title: str) -> str:
        """Draw a system and, of two images (2, N), the memories at its fixed points; returns it in words."""
        points = system.fixed_points()
        self._memory.set_data(*_memory_nullcline(system))
        self._label.set_data(self._label_nullcline(system), self._x)
        self._draw_flow(system)
        position = _position(points.alpha, points.alpha_b)
        stable, ell = points.stable.values, points.ell.values
        self._stable.set_data(ell[stable], position[stable])
        self._unstable.set_data(ell[~stable], position[~stable])
        self._draw_memories(points, position, images)
        words = _in_words(points, system, title)
        self.canvas.show(words)
        return words

    def _label_nullcline(self, system: ReducedSystem) -> np.ndarray:
        """The label at rest at each position."""
        at = place(self._x)
        label = np.empty_like(self._x)
        for branch, rows in ((1, at.alpha_b >= 0), (-1, at.alpha_b < 0)):
            label[rows] = system.label_nullcline(at.alpha_a[rows], branch)
        return label

    def _draw_flow(self, system: ReducedSystem) -> None:
        """Arrows along the flow; their lengths grow as the square root of the speed."""
        position, ell = self._grid
        at = place(position)
        along, _, up = system.flow(at.alpha_a, at.alpha_b, ell)
        along = along * at.slope_a
        # what points out of the square is clipped by learning
        up = np.where(np.abs(ell + 1e-9 * up) > 1, 0.0, up)
        speed = np.maximum(np.hypot(along, up), 1e-12)
        self._flow.set_UVC(up / np.sqrt(speed), along / np.sqrt(speed))

    def _draw_memories(self, points: xr.Dataset, position: np.ndarray, images: np.ndarray | None) -> None:
        """Number the fixed points, from the top down, and draw the memories there."""
        order = np.argsort(-position)[:_SHOWN]
        for row, (image, caption) in enumerate(self._memories):
            there = row < len(order)
            self._numbers[row].set_visible(there)
            image.set_visible(there and images is not None)
            caption.set_visible(there and images is not None)
            if not there:
                continue
            point = points.isel(point=order[row])
            self._numbers[row].set_text(str(row + 1))
            self._numbers[row].xy = (float(point.ell), position[order[row]])
            if images is not None:
                memory = np.array([float(point.alpha), float(point.alpha_b)]) @ images
                image.set_data(memory.reshape(_SIDE, _SIDE))
                caption.set_text(f"{row + 1}: α = {float(point.alpha):.2f}".replace("-", "−"))


def _memory_nullcline(system: ReducedSystem) -> tuple[np.ndarray, np.ndarray]:
    """Label and position along all arcs where the memory rests, with gaps between the arcs."""
    position, ell, arc = memory_arcs(system.parameters, _CELLS_PER_UNIT)
    cuts = np.flatnonzero(np.diff(arc)) + 1
    return np.insert(ell, cuts, np.nan), np.insert(position, cuts, np.nan)


def _in_words(points: xr.Dataset, system: ReducedSystem, title: str) -> str:
    order = np.argsort(-_position(points.alpha, points.alpha_b))
    each = [
        f"{number}: {'stable' if point.stable else 'unstable'}, α_A = {float(point.alpha):.2f}, "
        f"α_B = {float(point.alpha_b):.2f}, ℓ = {float(point.ell):.2f}"
        for number, point in enumerate((points.isel(point=at) for at in order), start=1)
    ]
    count = f"{len(each)} fixed point" + ("" if len(each) == 1 else "s")
    return f"{title}, n = {system.n:g}: {count}. {'; '.join(each)}.".replace("-", "−")

"""The picture of the training explorer: memories, labels, images recognised, and trails."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from hopcore.plotting.style import DIGIT_COLOURS, INK, PIXEL_MAP
from hopcore.widgets.frames import Frame, Frames
from hopcore.widgets.learning_view import LearningView
from hopcore.widgets.mosaic import mosaic, single_labels

_SHOWN = 100  # memories drawn
_LIMITS = (0.25, 0.6, 1.1, 1.6, 2.4, 4.0, 8.0, 16.0, 64.0)  # of ᾱ: a few, so that axes seldom change


class TrainingView(LearningView):
    """Four panels."""

    def __init__(self) -> None:
        super().__init__(7.0, 6.6)
        with self.canvas.style():
            self._make()

    def _make(self) -> None:
        figure = self.canvas.figure
        self._pictures = figure.add_axes((0.02, 0.42, 0.50, 0.53))
        self._pictures.set_axis_off()
        self._pictures.set_title("memories", fontsize=11)
        self._mosaic = self._pictures.imshow(np.zeros((1, 1, 4)), interpolation="nearest")
        self._votes = figure.add_axes((0.64, 0.42, 0.33, 0.53))
        self._votes.set_title("labels, −1 blue to +1 red", fontsize=11)
        self._votes.set_xticks(range(10))
        self._votes.set_ylabel("memory")
        look = {"cmap": PIXEL_MAP, "vmin": -1, "vmax": 1, "aspect": "auto", "interpolation": "nearest"}
        self._labels = self._votes.imshow(np.zeros((1, 10)), **look)
        self._progress = figure.add_axes((0.10, 0.08, 0.40, 0.25))
        self._progress.set_xlabel("epoch")
        self._progress.set_title("images recognised", fontsize=11)
        (self._recognised,) = self._progress.plot([], [], color=INK)
        (self._now,) = self._progress.plot([], [], "o", color=DIGIT_COLOURS[9], markersize=7, clip_on=False)
        self._plane = figure.add_axes((0.64, 0.08, 0.33, 0.25))
        self._trails = LineCollection([], linewidths=0.9, alpha=0.8)
        self._plane.add_collection(self._trails)
        self._ends = self._plane.scatter([], [], s=16, edgecolors="black", linewidths=0.5)
        self._plane.axhline(0, color=INK, linewidth=0.5)
        self._plane.axvline(0, color=INK, linewidth=0.5)
        self.canvas.moving(self._mosaic, self._labels, self._recognised, self._now, self._trails, self._ends)

    def draw(self, frames: Frames, index: int, across: int, up: int) -> str:
        """Draw the recorded epoch of an index, with trails of ᾱ in two digits; returns it in words."""
        measured = self._measure(frames)
        frame = frames.frame(index)
        measured.at(index, frame)
        epochs, counts, sums = measured.until(index)
        drawn = frame.memories[:_SHOWN]
        colours = [DIGIT_COLOURS[digit] if digit >= 0 else INK for digit in single_labels(frame.labels)]
        limits = -_limit(-sums.min()), max(_limit(sums.max()), 1.1)
        self._arrange(len(drawn), frames.total, len(frames.data), limits, across, up)
        columns = _columns(len(drawn))
        self._mosaic.set_data(mosaic(drawn, frame.labels[:_SHOWN], columns))
        self._labels.set_data(frame.labels[:_SHOWN])
        self._recognised.set_data(epochs, counts)
        self._now.set_data(epochs[-1:], counts[-1:])
        paths = sums[:, :, [across, up]].transpose(1, 0, 2)
        self._trails.set_segments(list(paths))
        self._trails.set_color(colours)
        self._ends.set_offsets(paths[:, -1])
        self._ends.set_facecolor(colours)
        words = _in_words(frame, frames, int(counts[-1]))
        self.canvas.show(words)
        return words

    def _arrange(
        self, drawn: int, total: int, images: int, limits: tuple[float, float], across: int, up: int
    ) -> None:
        """Set the axes, which are drawn anew only when one of these changes."""
        layout = (drawn, total, images, limits, across, up)
        if layout == self._layout:
            return
        self._layout = layout
        columns = _columns(drawn)
        _span(self._mosaic, self._pictures, columns, -(-drawn // columns))
        self._labels.set_extent((-0.5, 9.5, drawn - 0.5, -0.5))
        self._votes.set_ylim(drawn - 0.5, -0.5)
        self._progress.set_xlim(0, max(total, 1))
        self._progress.set_ylim(0, 1.05 * images)
        self._plane.set_xlim(*limits)
        self._plane.set_ylim(*limits)
        self._plane.set_title(f"ᾱ of the {across} (right) and the {up} (up)", fontsize=11)
        self.canvas.renew()


def _limit(reach: float) -> float:
    """The first of a few limits that holds this."""
    return next((limit for limit in _LIMITS if limit >= reach), float(reach))


def _columns(count: int) -> int:
    return max(1, int(np.ceil(count**0.5)))


def _span(image: Any, axes: Axes, columns: int, rows: int) -> None:
    """Let an image span a table of square cells, and its axes as well."""
    image.set_extent((0, columns, rows, 0))
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)


def _in_words(frame: Frame, frames: Frames, recognised: int) -> str:
    single = single_labels(frame.labels)
    held = ", ".join(f"{digit}: {(single == digit).sum()}" for digit in range(10) if (single == digit).any())
    return (
        f"Epoch {frame.epoch} of {frames.total}: {recognised} of {len(frames.data)} images recognised, "
        f"T_r = {frame.rescaled_temperature:g}. Memories by their only full label: {held or 'none yet'}."
    )

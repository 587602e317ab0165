"""The picture of the temperature knob: memories, and over the epochs T_r and what they hold of a digit."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from hopcore.plotting.style import DIGIT_COLOURS, INK, TEMPERATURE_COLOURS
from hopcore.widgets.frames import Frames
from hopcore.widgets.learning_view import LearningView
from hopcore.widgets.mosaic import mosaic, single_labels

_SHOWN = 25
_COLUMNS = 5
_SHORTEST = 500  # epochs on the axis
APART = 0.1
"""Memories are parted when their ᾱ of some digit spread by more (standard deviation)."""


class TemperatureView(LearningView):
    """Three panels."""

    def __init__(self) -> None:
        super().__init__(7.0, 3.8)
        with self.canvas.style():
            self._make()

    def _make(self) -> None:
        figure = self.canvas.figure
        pictures = figure.add_axes((0.01, 0.06, 0.44, 0.84))
        pictures.set_axis_off()
        pictures.set_title("memories", fontsize=11)
        self._mosaic = pictures.imshow(np.zeros((1, 1, 4)), interpolation="nearest")
        self._mosaic.set_extent((0, _COLUMNS, _COLUMNS, 0))
        pictures.set_xlim(0, _COLUMNS)
        pictures.set_ylim(_COLUMNS, 0)
        self._heat = figure.add_axes((0.56, 0.70, 0.42, 0.22))
        self._heat.set_ylabel("$T_r$")
        self._heat.set_ylim(0.45, 1.45)
        self._heat.tick_params(labelbottom=False)
        (self._held,) = self._heat.plot([], [], color=TEMPERATURE_COLOURS[2])
        self._shares = figure.add_axes((0.56, 0.15, 0.42, 0.48))
        self._shares.set_xlabel("epoch")
        self._shares.set_ylim(-0.3, 1.1)
        self._lines = LineCollection([], linewidths=0.9, alpha=0.8)
        self._shares.add_collection(self._lines)
        self.canvas.moving(self._mosaic, self._held, self._lines)

    def draw(self, frames: Frames, temperatures: np.ndarray, digit: int) -> str:
        """Draw the newest epoch, the temperatures held in every epoch so far, and ᾱ; returns it in words."""
        measured = self._measure(frames)
        index = len(frames.epochs) - 1
        frame = frames.frame(index)
        recognised, _ = measured.at(index, frame)
        epochs, _, sums = measured.until(index)
        self._arrange(int(epochs[-1]), digit)
        self._mosaic.set_data(_square(frame.memories[:_SHOWN], frame.labels[:_SHOWN]))
        self._held.set_data(np.arange(len(temperatures)), temperatures)
        own = sums[:, :, digit]
        self._lines.set_segments([np.column_stack([epochs, line]) for line in own.T])
        single = single_labels(frame.labels)
        self._lines.set_color([DIGIT_COLOURS[each] if each >= 0 else INK for each in single])
        spread = float(sums[-1].std(axis=0).max())
        state = "have parted" if spread > APART else "are together"
        words = (
            f"Epoch {frame.epoch}, T_r = {temperatures[-1]:.2f}: the memories {state} (largest spread of ᾱ "
            f"{spread:.2f}); {recognised} of {len(frames.data)} images recognised."
        )
        self.canvas.show(words)
        return words

    def _arrange(self, epoch: int, digit: int) -> None:
        """Set the axes; the end of the epochs moves in jumps, so that they are seldom drawn anew."""
        end = _SHORTEST
        while end < epoch:
            end = round(end * 1.6)
        if (end, digit) == self._layout:
            return
        self._layout = (end, digit)
        for axes in (self._heat, self._shares):
            axes.set_xlim(0, end)
        self._shares.set_ylabel(f"ᾱ of the {digit}")
        self.canvas.renew()


def _square(memories: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mosaic on a square of the same size, however many memories there are."""
    picture = mosaic(memories, labels, _COLUMNS)
    width = picture.shape[1]
    return np.pad(picture, ((0, width - picture.shape[0]), (0, 0), (0, 0)))

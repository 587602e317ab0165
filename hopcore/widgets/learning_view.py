"""What the pictures of learning networks share: a canvas, and what was measured of the network shown."""

from __future__ import annotations

from hopcore.widgets.canvas import Canvas
from hopcore.widgets.frames import Frames, Measured


class LearningView:
    """A picture whose artists are made once and get new data."""

    def __init__(self, width: float, height: float) -> None:
        self.canvas = Canvas(width, height)
        self._frames: Frames | None = None
        self._layout: tuple = ()

    def _measure(self, frames: Frames) -> Measured:
        """What was measured of these frames so far; that of other frames is dropped."""
        if frames is not self._frames:
            self._frames, self._measured = frames, Measured(frames)
        return self._measured

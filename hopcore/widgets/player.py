"""Play, pause and scrub through recorded epochs."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
import numpy as np

from hopcore.widgets import controls

_FRAME_TIME = 250  # milliseconds


class Player(ipywidgets.HBox):
    """A slider over recorded epochs with buttons; its ``slider`` holds the epoch.

    Parameters
    ----------
    moved : called when another epoch is chosen, by the reader or by playing.
    """

    def __init__(self, moved: Callable[[], None]) -> None:
        self.slider = controls.whole_slider("epoch", 0, 0, 1)
        self.play = ipywidgets.Play(interval=_FRAME_TIME, description="play", tooltip="play the epochs")
        # in the browser, so that playing goes on smoothly; the kernel hears of the slider
        self._link = ipywidgets.jslink((self.play, "value"), (self.slider, "value"))
        self._epochs: list[int] = [0]
        self._moved = moved
        self.slider.observe(self._slide, "value")
        self.slider.layout.flex = "1 1 300px"
        super().__init__([self.play, self.slider], layout=ipywidgets.Layout(flex_flow="row wrap"))

    @property
    def index(self) -> int:
        """The index of the recorded epoch at the slider, or of the last one before."""
        return max(0, int(np.searchsorted(self._epochs, self.slider.value, side="right")) - 1)

    def show(self, epochs: list[int], *, to_end: bool) -> None:
        """Offer these epochs; go to the last, or stay."""
        at_end = to_end or self.slider.value >= self._epochs[-1]
        shown = self.index, self._epochs
        self._epochs = epochs
        step = epochs[1] - epochs[0] if len(epochs) > 1 else 1
        self.slider.unobserve(self._slide, "value")
        for part in (self.slider, self.play):
            with part.hold_sync():
                part.max, part.step = max(epochs[-1], 1), step
                if at_end:
                    part.value = epochs[-1]
        self.slider.observe(self._slide, "value")
        if (self.index, self._epochs) != shown:
            self._moved()

    def _slide(self, _: object) -> None:
        self._moved()

    def close(self) -> None:
        """Take the player away, and the link between its parts."""
        self._link.close()
        super().close()

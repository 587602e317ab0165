"""Play, pause and scrub through recorded epochs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import ipywidgets
import numpy as np
from ipywidgets import Layout

from hopcore.widgets import controls
from hopcore.widgets.background import Home

_FRAME_TIME = 0.25  # seconds, and what drawing takes
_MOST_FRAMES = 120  # that a whole run is played in


class Player(ipywidgets.HBox):
    """A slider over recorded epochs and a button to play them; ``slider`` holds the epoch.

    ipywidgets' own player has buttons without names.

    Parameters
    ----------
    home : where the widget lives.
    moved : called when another epoch is chosen, by the reader or by playing.
    """

    def __init__(self, home: Home, moved: Callable[[], None]) -> None:
        self.button = controls.button("Play", "play the epochs, or pause", self._press)
        self.button.layout.width = "5em"
        self._epochs: list[int] = [0]
        self._moved = moved
        self._due = home.repeated(self._advance)
        self._pause = Event()
        self._pause.set()
        super().__init__([self.button], layout=Layout(flex_flow="row wrap"))
        self.slider = self._new_slider(0, 1)

    def _new_slider(self, value: int, end: int) -> ipywidgets.IntSlider:
        slider = controls.whole_slider("epoch", value, 0, end)
        slider.layout.flex = "1 1 300px"
        slider.observe(self._slide, "value")
        self.children = [self.button, slider]
        return slider

    @property
    def index(self) -> int:
        """The index of the recorded epoch at the slider, or of the last one before."""
        return max(0, int(np.searchsorted(self._epochs, self.slider.value, side="right")) - 1)

    @property
    def playing(self) -> bool:
        """Whether the epochs go by."""
        return not self._pause.is_set()

    def show(self, epochs: list[int], *, end: int, to_end: bool) -> None:
        """Offer these epochs on a slider up to ``end``, where more may follow; go to the last, or stay.

        Another end needs another slider: in the browser the key End of a slider keeps to its first one.
        """
        at_end = to_end or (self.slider.value >= self._epochs[-1] and not self.playing)
        shown = self.index, self._epochs
        self._epochs = epochs
        value = epochs[-1] if at_end else min(self.slider.value, epochs[-1])
        if self.slider.max != max(end, 1):
            former, self.slider = self.slider, self._new_slider(value, max(end, 1))
            controls.strip(former)
            former.close()
        self.slider.unobserve(self._slide, "value")
        with self.slider.hold_sync():
            self.slider.step = epochs[1] - epochs[0] if len(epochs) > 1 else 1
            self.slider.value = value
        self.slider.observe(self._slide, "value")
        if (self.index, self._epochs) != shown:
            self._moved()

    def _slide(self, _: object) -> None:
        if self.slider.value > self._epochs[-1]:
            self.slider.value = self._epochs[-1]  # nothing is recorded beyond; this calls again
        else:
            self._moved()

    def _press(self, _: object) -> None:
        if self.playing:
            self.pause()
            return
        if self.index == len(self._epochs) - 1:
            self.slider.value = self._epochs[0]
        self._pause = Event()
        self.button.description = "Pause"
        Thread(target=self._tick, args=(self._pause,), daemon=True, name="hopcore-widget").start()

    def pause(self) -> None:
        """Stop playing."""
        self._pause.set()
        self.button.description = "Play"

    def _tick(self, pause: Event) -> None:
        while not pause.wait(_FRAME_TIME):
            self._due()

    def _advance(self) -> None:
        if self.playing:
            last = len(self._epochs) - 1
            index = min(self.index + -(-last // _MOST_FRAMES), last)
            self.slider.value = self._epochs[index]
            if index == last:
                self.pause()

    def close(self) -> None:
        """Stop playing, and take the player away."""
        self.pause()
        super().close()

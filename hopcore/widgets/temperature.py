"""The temperature knob: hold memories at a split by heat, and let them go by cooling."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np

from hopcore.data import training_set
from hopcore.widgets import controls
from hopcore.widgets.learning import LearningExplorer
from hopcore.widgets.messages import guarded
from hopcore.widgets.session import Session
from hopcore.widgets.temperature_view import TemperatureView

_RECORD_EVERY = 20
_T_RANGE, _PACES = (0.5, 1.4), (20, 1000)


class TemperatureKnob(LearningExplorer):
    """See `temperature_knob`."""

    def __init__(
        self,
        digits: Sequence[int],
        per_digit: int,
        n: float,
        rescaled_temperature: float,
        memories: int,
        rate: float,
        epochs: int,
        seed: int,
        pace: float,
    ) -> None:
        super().__init__()
        self._data = training_set(digits, per_digit, seed)
        self._options = {"memories": memories, "rate": rate, "epochs": epochs, "seed": seed}
        self.temperature = controls.slider("T_r", rescaled_temperature, *_T_RANGE, 0.01)
        self.pace = controls.slider("epochs/s", pace, *_PACES, 20, ".0f")
        self.n = controls.real("n", n)
        self.digit = controls.digit("ᾱ of digit", self._data.digits[0])
        self.run_button = controls.button("Run", "let the network learn", self._run, "primary")
        self.pause_button = controls.button("Pause", "hold the network as it is", self._pause)
        self.anew_button = controls.button("Start anew", "a new network, at this n", self._anew)
        self.told = ipywidgets.Label()
        self.view = TemperatureView()
        self.words = ipywidgets.HTML()
        self._news = self.home.repeated(self._follow)
        self.children = [
            self.temperature,
            self.pace,
            controls.row(self.n, self.digit),
            controls.row(self.run_button, self.pause_button, self.anew_button, self.told),
            self.messages,
            self.view.canvas.widget,
            self.words,
        ]
        self.temperature.observe(self._turn, "value")
        self.pace.observe(self._hurry, "value")
        self.digit.observe(self._follow, "value")
        self._anew()

    @guarded
    def _anew(self) -> None:
        session = Session(
            self._data,
            n=self.n.value,
            rescaled_temperature=self.temperature.value,
            record_every=_RECORD_EVERY,
            pace=self.pace.value,
            changed=self._news,
            **self._options,
        )
        self.halt()
        self.session = session
        self._tell()

    @guarded
    def _run(self) -> None:
        if self.session is not None:
            self.session.start()
            self._tell()

    @guarded
    def _pause(self) -> None:
        if self.session is not None:
            self.session.stop()
            self._tell()

    @guarded
    def _turn(self) -> None:
        if self.session is not None:
            self.session.set_temperature(self.temperature.value)

    @guarded
    def _hurry(self) -> None:
        if self.session is not None:
            self.session.pace = self.pace.value

    @guarded
    def _follow(self) -> None:
        self._tell()

    def _tell(self) -> None:
        session = self.session
        if session is None:
            return
        if session.error is not None:
            raise session.error
        self.run_button.disabled = session.running or session.done >= session.total
        self.pause_button.disabled = not session.running
        state = "learning" if session.running else "paused" if session.done < session.total else "done"
        self.told.value = f"{state}: epoch {session.done} of {session.total}"
        held = np.array(session.temperatures or [session.temperature])
        self.words.value = self.view.draw(session, held, self.digit.value)


def temperature_knob(
    digits: Sequence[int] = (1, 4, 7),
    per_digit: int = 20,
    *,
    n: float = 30.0,
    rescaled_temperature: float = 1.1,
    memories: int = 25,
    rate: float = 0.01,
    epochs: int = 20_000,
    seed: int = 0,
    pace: float = 200,
) -> TemperatureKnob:
    """A network that learns while T_r is turned: heat arrests memories at a split, cooling releases them.

    At the start it is too hot: after a hundred epochs all memories are alike, and stay so for thousands.
    Turn T_r below 0.9 and they part within a few hundred; a progenitor cell is held and let go in the same
    way (the paper's discussion).

    Parameters
    ----------
    digits, per_digit, seed
        Of the training set, see `hopcore.training_set`.
    n, memories, rate, epochs
        Of the network, see `hopcore.train`.
    rescaled_temperature
        At the start, from 0.5 to 1.4.
    pace
        Epochs for each second.

    Returns
    -------
    TemperatureKnob
        An ipywidget.

    Raises
    ------
    ValueError, TypeError
        For a training set that cannot be drawn.  What else is wrong is shown in the widget.
    """
    return TemperatureKnob(digits, per_digit, n, rescaled_temperature, memories, rate, epochs, seed, pace)

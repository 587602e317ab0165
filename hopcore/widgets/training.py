"""The training explorer: choose, train, stop, and look at every epoch."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
from ipywidgets import Layout

from hopcore.data import TrainingSet, training_set
from hopcore.training import open_run, save_run
from hopcore.widgets import controls
from hopcore.widgets.frames import Frames, SavedRun
from hopcore.widgets.learning import LearningExplorer
from hopcore.widgets.messages import guarded
from hopcore.widgets.player import Player
from hopcore.widgets.session import Session
from hopcore.widgets.training_view import TrainingView


class TrainingExplorer(LearningExplorer):
    """See `training_explorer`."""

    def __init__(
        self,
        digits: Sequence[int],
        per_digit: int,
        n: float,
        rescaled_temperature: float,
        memories: int,
        rate: float,
        epochs: int,
        record_every: int,
        seed: int,
    ) -> None:
        super().__init__()
        self.digits = controls.DigitChoice(digits)
        self.per_digit = controls.whole("per digit", per_digit)
        self.n = controls.real("n", n)
        self.temperature = controls.real("T_r", rescaled_temperature)
        self.memories = controls.whole("memories", memories)
        self.rate = controls.real("rate", rate)
        self.epochs = controls.whole("epochs", epochs)
        self.record_every = controls.whole("record every", record_every)
        self.seed = controls.whole("seed", seed)
        self.train_button = controls.button("Train", "train a new network", self._train, "primary")
        self.stop_button = controls.button("Stop", "stop training", self._stop)
        self.continue_button = controls.button("Continue", "train on from where it stopped", self._continue)
        self.bar = ipywidgets.IntProgress(0, 0, 1, description="progress", layout=Layout(flex="1 1 200px"))
        self.told = ipywidgets.Label("not trained yet")
        self.player = Player(self.home, self._draw)
        chosen = [*self.digits.value, 0, 1]
        self.across = controls.digit("trail right", chosen[0])
        self.up = controls.digit("trail up", chosen[1])
        self.path = ipywidgets.Text("run.nc", description="file", style={"description_width": "60px"})
        self.save_button = controls.button("Save", "save the run to the file", self._save)
        self.open_button = controls.button("Open", "open the run in the file", self._open)
        self.view = TrainingView()
        self.words = ipywidgets.HTML()
        self.frames: Frames | None = None
        self._news = self.home.repeated(self._follow)
        self.children = [
            self.digits,
            controls.row(self.per_digit, self.n, self.temperature, self.memories),
            controls.row(self.rate, self.epochs, self.record_every, self.seed),
            controls.row(self.train_button, self.stop_button, self.continue_button, self.bar, self.told),
            self.player,
            controls.row(self.across, self.up),
            controls.row(self.path, self.save_button, self.open_button),
            self.messages,
            self.view.canvas.widget,
            self.words,
        ]
        for control in (self.across, self.up):
            control.observe(self._draw, "value")
        self._offer()

    def _chosen_data(self) -> TrainingSet:
        return training_set(self.digits.value, self.per_digit.value, self.seed.value)

    @guarded
    def _train(self) -> None:
        session = Session(
            self._chosen_data(),
            n=self.n.value,
            rescaled_temperature=self.temperature.value,
            memories=self.memories.value,
            rate=self.rate.value,
            epochs=self.epochs.value,
            record_every=self.record_every.value,
            seed=self.seed.value,
            changed=self._news,
        )
        self.halt()
        self.session = self.frames = session
        self.player.show(session.epochs, end=session.total, to_end=True)
        self._continue_session()

    @guarded
    def _stop(self) -> None:
        self.halt()
        self._tell()

    @guarded
    def _continue(self) -> None:
        self._continue_session()

    def _continue_session(self) -> None:
        if self.session is not None:
            self.session.start()
        self._tell()

    @guarded
    def _follow(self) -> None:
        """Something is new in the session."""
        self._tell()

    def _tell(self) -> None:
        """Progress, buttons, and the newest epoch unless the reader looks at an earlier one."""
        session = self.session
        if session is not None and self.frames is session:
            running = session.running  # asked first: what has ended records nothing more
            with self.bar.hold_sync():
                self.bar.max, self.bar.value = max(session.total, 1), session.done
            state = "training" if running else "stopped" if session.done < session.total else "done"
            self.told.value = f"{state}: epoch {session.done} of {session.total}"
            epochs = session.epochs
            self.player.show(epochs, end=session.total if running else epochs[-1], to_end=False)
            if session.error is not None:
                raise session.error
        self._offer()

    def _offer(self) -> None:
        """Enable what can be done now."""
        session, running = self.session, self.session is not None and self.session.running
        self.stop_button.disabled = not running
        unfinished = session is not None and self.frames is session and session.done < session.total
        self.continue_button.disabled = running or not unfinished
        self.save_button.disabled = self.frames is None

    @guarded
    def _draw(self) -> None:
        if self.frames is not None:
            shown = self.view.draw(self.frames, self.player.index, self.across.value, self.up.value)
            self.words.value = shown

    @guarded
    def _save(self) -> None:
        run = self.frames.dataset()
        save_run(run, self.path.value)
        self.told.value = f"saved {run.sizes['epoch']} epochs to {self.path.value}"

    @guarded
    def _open(self) -> None:
        run = open_run(self.path.value)
        frames = SavedRun(run, None if "images" in run else self._chosen_data())
        self.halt()
        self.frames = frames
        self.bar.max = self.bar.value = max(frames.total, 1)
        self.told.value = f"opened {self.path.value}: {len(frames.epochs)} epochs"
        self.player.show(frames.epochs, end=frames.epochs[-1], to_end=True)
        self._draw()
        self._offer()


def training_explorer(
    digits: Sequence[int] = (1, 4, 7),
    per_digit: int = 20,
    *,
    n: float = 30.0,
    rescaled_temperature: float = 0.85,
    memories: int = 25,
    rate: float = 0.01,
    epochs: int = 1500,
    record_every: int = 10,
    seed: int = 0,
) -> TrainingExplorer:
    """Train a network and look at every epoch: memories, labels, images recognised, trails of ᾱ.

    Training runs beside the kernel, shows its progress and can be stopped and continued.  The slider goes
    through the recorded epochs, also meanwhile.  Runs are saved and opened as by `hopcore.save_run` and
    `hopcore.open_run`; a file without the training images needs the same digits and seed chosen.

    Parameters
    ----------
    digits, per_digit, seed
        Of the training set, see `hopcore.training_set`; the seed is also that of the network's start.
    n, rescaled_temperature, memories, rate, epochs, record_every
        Of the network, see `hopcore.train`.

    Returns
    -------
    TrainingExplorer
        An ipywidget.  All of these can be changed in it; what is wrong is shown in it.
    """
    return TrainingExplorer(
        digits, per_digit, n, rescaled_temperature, memories, rate, epochs, record_every, seed
    )

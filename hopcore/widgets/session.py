"""A network that learns in the background, and can be held, released and looked at meanwhile."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable
from dataclasses import fields, replace
from threading import Event, Lock, Thread
from typing import Any

import numpy as np
import torch
import xarray as xr

from hopcore._checks import check_positive
from hopcore.data import TrainingSet
from hopcore.training.options import Options, Run
from hopcore.training.recording import Recording, compact_is_smaller, rebuilt
from hopcore.training.results import to_datasets
from hopcore.training.run import build_learner
from hopcore.training.schedule import Schedule
from hopcore.widgets.frames import Frame

_LONGEST_STRETCH = 25
"""Epochs after which a wish to stop is noticed."""


class Session:
    """One network under training in a thread of its own.

    The rule is that of `hopcore.train`, and with an unchanged temperature so is the result, bit for bit.

    Parameters
    ----------
    data : the training set.
    n, rescaled_temperature, memories, rate, epochs, seed, record_every : as in `hopcore.train`.
    pace : epochs for each second; None: as many as the computer manages.
    changed : called, in the session's thread, when there is something new.

    Raises
    ------
    ValueError, TypeError
        As `hopcore.train`.
    """

    def __init__(
        self,
        data: TrainingSet,
        *,
        n: float,
        rescaled_temperature: float,
        seed: int,
        record_every: int,
        pace: float | None = None,
        changed: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> None:
        run = Run(n, rescaled_temperature, seed)
        self.data, self.pace = data, pace
        self.options = Options.checked(data, record_every=record_every, **options)
        self.n, self.seed = run.n, run.seed
        self.temperature = run.rescaled_temperature
        self.temperatures: list[float] = []
        self.error: Exception | None = None
        self.done = 0
        self._changed = changed
        self._learner = build_learner(data, self.options, [run])
        shape = (len(self.options.recorded_epochs()), 1, self.options.memories, *data.images.shape)
        self._compact = self._learner.dual and compact_is_smaller(*shape)
        self._recording = Recording()
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._active = False
        self._record()

    @property
    def total(self) -> int:
        """The number of epochs that were asked for."""
        return self.options.epochs

    @property
    def running(self) -> bool:
        """Whether it is learning now."""
        return self._active

    @property
    def epochs(self) -> list[int]:
        """The recorded epochs."""
        with self._lock:
            return list(self._recording.epochs)

    def start(self) -> None:
        """Learn on, until the last epoch or until `stop`."""
        if self._active or self.done >= self.total:
            return
        self.wait()
        self._active = True
        self._stop.clear()
        self._thread = Thread(target=self._learn, daemon=True, name="hopcore-training")
        atexit.register(self.stop)  # a thread must not compute while the interpreter is taken down
        self._thread.start()

    def stop(self) -> None:
        """Stop learning and wait until it has; `start` continues."""
        self._stop.set()
        self.wait()

    def wait(self) -> None:
        """Wait until learning has ended."""
        if self._thread is not None:
            self._thread.join()

    def set_temperature(self, rescaled_temperature: float) -> None:
        """The temperature T_r from the next stretch of epochs on.

        Raises
        ------
        ValueError, TypeError
            If it is not a number above 0.
        """
        self.temperature = check_positive("rescaled_temperature", rescaled_temperature)

    def _learn(self) -> None:
        try:
            with torch.inference_mode():
                self._stretches()
                # of a run that was stopped the last epoch is kept, as of one that has ended
                if self._recording.epochs[-1] != self.done:
                    self._record()
        except Exception as error:  # it is shown in the widget
            self.error = error
        atexit.unregister(self.stop)
        self._active = False  # before the last news, which tells of it
        self._changed()

    def _stretches(self) -> None:
        every = self.options.record_every
        due = time.monotonic()
        while self.done < self.total and not self._stop.is_set():
            temperature = self.temperature
            power = np.array([self.n])
            self._learner.set_conditions(n=power, temperature=np.array([temperature]), cost_power=power)
            count = min(every - self.done % every, self.total - self.done, _LONGEST_STRETCH)
            self._learner.epochs(count)
            self.temperatures += [temperature] * count
            self.done += count
            if self.done % every == 0 or self.done == self.total:
                self._record()
            self._changed()
            if self.pace is not None:
                due = max(due + count / self.pace, time.monotonic())
                self._stop.wait(due - time.monotonic())

    def _record(self) -> None:
        with self._lock:
            self._recording.add(self.done, self._learner, self._compact)

    def frame(self, index: int) -> Frame:
        """What was recorded at the epoch of this index."""
        kept = self._recording
        with self._lock:
            epoch, labels = kept.epochs[index], kept.labels[index][0]
            if self._compact:
                base = kept.bases[kept.base_of_epoch[index]][0]
                memories = rebuilt(kept.kept[index][0], base, kept.weights[index][0], self.data.images)
            else:
                memories = kept.memories[index][0]
        temperature = self.temperatures[epoch - 1] if epoch else self.temperature
        return Frame(epoch, memories, labels, self.n, temperature)

    def dataset(self) -> xr.Dataset:
        """The run up to now, as `hopcore.train` gives it; a temperature that was changed is a schedule."""
        with self._lock:
            done = self._recording.epochs[-1]
            kept = {each.name: list(getattr(self._recording, each.name)) for each in fields(Recording)}
        held = tuple(self.temperatures[:done])
        temperature = Schedule(held) if len(set(held)) > 1 else (held or (self.temperature,))[0]
        run = Run(self.n, temperature, self.seed)
        options = replace(self.options, epochs=done)
        form = self._learner.features.name
        return to_datasets(Recording(**kept), self.data, options, [run], form)[0]

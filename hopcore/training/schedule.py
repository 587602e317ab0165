"""Schedules: a value of n or of the temperature for every epoch of a run.

A temperature that changes while a network learns plays the part that the paper's discussion gives to a
morphogen: a control parameter that holds memories in a progenitor state, or lets them go.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hopcore._checks import check_integer, refuse

Check = Callable[[str, Any], float]
"""A check of one value, called with its name: the value as a float, or an error."""


@dataclass(frozen=True)
class Schedule:
    """The values of one condition, as many as the run has epochs: entry e holds during epoch e + 1."""

    values: tuple[float, ...]

    def __format__(self, form: str) -> str:
        """Its first and last value, for messages."""
        return f"{self.values[0]:{form}} to {self.values[-1]:{form}}"

    @property
    def changes(self) -> list[int]:
        """The numbers of completed epochs after which the value is another one."""
        return (np.flatnonzero(np.diff(self.values)) + 1).tolist()


def check_schedule(name: str, given: Any, epochs: int, check: Check) -> float | Schedule:
    """A number itself, an array or a function of the epochs 1, 2, … as a `Schedule`, every value checked.

    ValueError or TypeError for a wrong value, which the message names with its epoch, for an array that is
    not one value per epoch, for a function that fails, and for a schedule of a run without epochs.
    """
    function = callable(given) and not isinstance(given, (np.ndarray, xr.DataArray))
    one = isinstance(given, (str, bytes, Set, Mapping)) or not isinstance(given, Iterable)
    if not function and (one or getattr(given, "ndim", 1) == 0):
        return check(name, given)
    if epochs == 0:
        raise refuse(name, given, "one number, as there are no epochs")
    if function:
        return Schedule(tuple(_called(name, given, epoch, epochs, check) for epoch in range(1, epochs + 1)))
    values = list(given.values) if isinstance(given, xr.DataArray) else list(given)
    if len(values) != epochs or any(getattr(value, "ndim", 0) for value in values):
        found = np.shape(given) if isinstance(given, (np.ndarray, xr.DataArray)) else (len(values),)
        raise ValueError(
            f"{name} = an array of shape {found}: must be one number, a function of the epoch, or one number "
            f"for each of the {epochs} epochs"
        )
    return Schedule(tuple(check(f"{name}[{index}]", value) for index, value in enumerate(values)))


def _called(name: str, given: Callable[[int], Any], epoch: int, epochs: int, check: Check) -> float:
    try:
        value = given(epoch)
    except Exception as error:
        raise ValueError(
            f"{name}({epoch}) failed with {type(error).__name__}: {error}; as a function, {name} must return "
            f"a number for every epoch from 1 to {epochs}"
        ) from error
    return check(f"{name}({epoch})", value)


def present(value: float | Schedule, epochs: int) -> float:
    """What holds in the epoch that follows so many completed ones; at the end, what held last."""
    return value.values[min(epochs, len(value.values) - 1)] if isinstance(value, Schedule) else value


def conditions(run: xr.Dataset, epoch: int) -> tuple[float, float, float]:
    """n, rescaled temperature and cost power of a run in the epoch that follows ``epoch`` completed ones.

    From the run's last epoch on, what held last.
    """
    epoch = check_integer("epoch", epoch, minimum=0)

    def held(name: str) -> float:
        schedule = run.get(f"{name}_schedule")
        if schedule is None:
            return float(run.attrs[name])
        return float(schedule.values[min(epoch, len(schedule) - 1)])

    return held("n"), held("rescaled_temperature"), held("cost_power")

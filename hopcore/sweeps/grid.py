"""The grid of a sweep: its runs, and the labelled arrays that hold their final states."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from hopcore._checks import check_above, check_integer, check_positive, refuse
from hopcore.data import TrainingSet
from hopcore.training import Options, Run

Axes = dict[str, tuple[Any, ...]]
"""The values of n, of the rescaled temperature and of the seed, each of them once."""


def checked_axes(n: Any, rescaled_temperature: Any, seed: Any) -> Axes:
    """The axes of a grid from numbers or lists of numbers.

    ValueError or TypeError for a wrong value, an empty list or a value that is there twice.
    """
    return {
        "n": _checked_values("n", n, partial(check_above, bound=1)),
        "rescaled_temperature": _checked_values("rescaled_temperature", rescaled_temperature, check_positive),
        "seed": _checked_values("seed", seed, partial(check_integer, minimum=0)),
    }


def places(axes: Axes) -> dict[Run, tuple[int, ...]]:
    """Every run, with its place in the grid."""
    shape = map(len, axes.values())
    return {Run(*run): at for run, at in zip(product(*axes.values()), np.ndindex(*shape), strict=True)}


def final_states(axes: Axes, data: TrainingSet, options: Options) -> xr.Dataset:
    """Memories and labels over the grid, as `hopcore.sweep` describes them, to be filled run by run."""
    shape = (*map(len, axes.values()), options.memories)
    pixels, categories = data.images.shape[1], data.targets.shape[1]
    states = {
        "memories": ((*axes, "memory", "pixel"), np.empty((*shape, pixels), options.dtype)),
        "labels": ((*axes, "memory", "category"), np.empty((*shape, categories), options.dtype)),
    }
    numbers = {"memory": np.arange(options.memories), **data.coordinates}
    # Seeds have any length; NumPy would make floats of some mixtures.
    kinds = {"seed": object if max(axes["seed"]) >= 2**63 else np.int64}
    coordinates = {name: np.array(values, kinds.get(name)) for name, values in axes.items()} | numbers
    networks = xr.Dataset(states, coordinates)
    return networks.assign_coords(temperature=networks.rescaled_temperature * pixels)


def _checked_values(name: str, given: Any, check: Callable[[str, Any], Any]) -> tuple[Any, ...]:
    if isinstance(given, (np.ndarray, xr.DataArray)):
        given = list(np.atleast_1d(np.asarray(given)))
    elif isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        given = [given]
    values = tuple(check(name, value) for value in given)
    if not values:
        raise refuse(name, values, "one value or a list of at least one")
    twice = [value for index, value in enumerate(values) if value in values[:index]]
    if twice:
        raise ValueError(f"{name} holds {twice[0]!r} twice: must be different values")
    return values

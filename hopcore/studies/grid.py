"""One measurement at every point of a grid, here or in a pool of processes."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from itertools import product
from typing import Any

import xarray as xr

from hopcore.data import TrainingSet

Workers = Executor | None
"""Where networks are trained; None trains them here."""

Source = TrainingSet | None
"""What training sets are drawn from (`hopcore.training_set`)."""


def map_in(executor: Workers, work: Callable[..., Any], *tasks: Iterable[Any]) -> Iterable[Any]:
    """`map`, in the executor if there is one."""
    return (map if executor is None else executor.map)(work, *tasks)


def over_grid(measure: Callable[..., xr.Dataset], executor: Workers = None, **axes: Any) -> xr.Dataset:
    """What ``measure(*point)`` gives at the points of a grid; its axes are the first dimensions."""
    found = xr.concat(list(map_in(executor, measure, *zip(*product(*axes.values()), strict=True))), "point")
    shape = [len(values) for values in axes.values()]
    variables = {
        name: ((*axes, *values.dims[1:]), values.values.reshape(*shape, *values.shape[1:]))
        for name, values in found.items()
    }
    return xr.Dataset(variables, {**found.drop_dims("point").coords, **axes})

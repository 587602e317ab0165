"""How far memories are from each other, from places and from paths: root mean square pixels, 0 to 2."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array, refuse

from .fates import NO_FATE


def distances_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Distances of memories (K, N) from memories (L, N), a (K, L) array."""
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.sqrt(np.maximum(squares, 0) / first.shape[1])


def distances_to_places(memories: ArrayLike, places: ArrayLike) -> np.ndarray:
    """Distances of memories (K, N) from the nearest of some places (P, N), (K,)."""
    memories = check_finite_array("memories", memories, ndim=2)
    places = check_finite_array("places", places, (None, memories.shape[1]))
    if not len(places):
        raise refuse("places", places, "at least one")
    return distances_between(memories, places).min(axis=1)


def distances_to_paths(memories: ArrayLike, run: xr.Dataset) -> np.ndarray:
    """Distances of memories (K, N) from the nearest state of any memory of a run, (K,).

    The run's recorded epochs are all compared: the result is the distance from its valleys.
    """
    memories = check_finite_array("memories", memories, (None, run.sizes["pixel"]))
    return np.min([distances_between(memories, state).min(axis=1) for state in _states(run)], axis=0)


def distances_by_fate(run: xr.Dataset, fates: ArrayLike) -> xr.Dataset:
    """Mean distances between memories of the same fate, and of different fates, through time.

    ``fates`` are (K,) digits; memories with `NO_FATE` are left out. Returns the means ``same`` and
    ``different``, both (epoch,), over the pairs.
    """
    fates = check_finite_array("fates", fates, (run.sizes["memory"],))
    known = fates != NO_FATE
    pairs = known[:, None] & known & ~np.eye(len(fates), dtype=bool)
    alike = fates[:, None] == fates
    chosen = {"same": pairs & alike, "different": pairs & ~alike}
    if not all(block.any() for block in chosen.values()):
        raise refuse("fates", fates, "two fates, and one with two members")
    apart = [distances_between(memories, memories) for memories in _states(run)]
    means = {name: ("epoch", [each[block].mean() for each in apart]) for name, block in chosen.items()}
    return xr.Dataset(means, {"epoch": run.epoch})


def distances_to_run(run: xr.Dataset, undisturbed: xr.Dataset) -> xr.DataArray:
    """How far each memory is from the nearest memory of another run at the same epoch: (epoch, memory).

    A disturbance can send a memory down another valley, so it is compared with all paths of the other run,
    not with its own alone. Epochs that both recorded runs hold are compared.
    """
    epochs = np.intersect1d(run.epoch, undisturbed.epoch)
    both = zip(_states(run.sel(epoch=epochs)), _states(undisturbed.sel(epoch=epochs)), strict=True)
    nearest = [distances_between(first, second).min(axis=1) for first, second in both]
    return xr.DataArray(nearest, {"epoch": epochs, "memory": run.memory}, ("epoch", "memory"), "distance")


def _states(run: xr.Dataset) -> Iterator[np.ndarray]:
    memories = run.memories.transpose("epoch", "memory", "pixel")
    for index in range(run.sizes["epoch"]):
        yield memories[index].values.astype(np.float64)

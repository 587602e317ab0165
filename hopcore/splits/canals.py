"""How narrow the paths are: distances between memories, and the way back after a disturbance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array, refuse

from .fates import NO_FATE


def fate_distances(run: xr.Dataset, fates: ArrayLike) -> xr.Dataset:
    """Mean distances between memories of the same fate, and of different fates, through time.

    Parameters
    ----------
    run
        From `hopcore.train` with ``record_every``.
    fates
        (K,) digits; memories with `NO_FATE` are left out.

    Returns
    -------
    ``same`` and ``different``, both (epoch,): root mean square difference of two memories' pixels, the mean
    over their pairs.
    """
    fates = check_finite_array("fates", fates, (run.sizes["memory"],))
    known = fates != NO_FATE
    pairs = known[:, None] & known & ~np.eye(len(fates), dtype=bool)
    alike = fates[:, None] == fates
    chosen = {"same": pairs & alike, "different": pairs & ~alike}
    if not all(block.any() for block in chosen.values()):
        raise refuse("fates", fates, "two fates, and one with two members")
    values = {name: [] for name in chosen}
    for memories in _states(run):
        apart = pixel_distances(memories, memories)
        for name, block in chosen.items():
            values[name].append(apart[block].mean())
    return xr.Dataset({name: ("epoch", line) for name, line in values.items()}, {"epoch": run.epoch})


def distance_from_paths(run: xr.Dataset, undisturbed: xr.Dataset) -> xr.DataArray:
    """How far each memory is from the nearest memory of another run at the same epoch.

    A disturbance can send a memory down another valley, so it is compared with all paths of the other run,
    not with its own alone.

    Parameters
    ----------
    run, undisturbed
        Recorded runs; epochs that both hold are compared.

    Returns
    -------
    (epoch, memory) root mean square difference of the pixels.
    """
    epochs = np.intersect1d(run.epoch, undisturbed.epoch)
    both = zip(_states(run.sel(epoch=epochs)), _states(undisturbed.sel(epoch=epochs)), strict=True)
    nearest = [pixel_distances(first, second).min(axis=1) for first, second in both]
    return xr.DataArray(nearest, {"epoch": epochs, "memory": run.memory}, ("epoch", "memory"), "distance")


def pixel_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Root mean square differences of the pixels of memories (K, N) and (L, N), a (K, L) array."""
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.sqrt(np.maximum(squares, 0) / first.shape[1])


def _states(run: xr.Dataset) -> Iterator[np.ndarray]:
    memories = run.memories.transpose("epoch", "memory", "pixel")
    for index in range(run.sizes["epoch"]):
        yield memories[index].values.astype(np.float64)

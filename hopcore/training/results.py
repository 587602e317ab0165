"""Results as labelled datasets."""

import platform
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from hopcore.data import TrainingSet

from .options import Options, Run
from .recording import Recording, rebuilt
from .schedule import last

MADE_OF = ("image_weights", "kept", "base_memories", "base", "images")
"""What a compact trajectory holds in the place of memories."""


def to_datasets(
    recording: Recording, data: TrainingSet, options: Options, runs: Sequence[Run], form: str
) -> list[xr.Dataset]:
    """One dataset for each of the stacked runs, as `hopcore.train` describes it."""
    return [_dataset(recording, index, data, options, run, form) for index, run in enumerate(runs)]


def _dataset(
    recording: Recording, index: int, data: TrainingSet, options: Options, run: Run, form: str
) -> xr.Dataset:
    coordinates: dict[str, Any] = {
        "epoch": recording.epochs,
        "memory": np.arange(options.memories),
        "category": np.arange(data.targets.shape[1]),
    }

    def of_run(arrays: list[np.ndarray]) -> np.ndarray:
        return np.stack([array[index] for array in arrays])

    variables: dict[str, Any] = {"labels": (("epoch", "memory", "category"), of_run(recording.labels))}
    if recording.memories:
        variables["memories"] = (("epoch", "memory", "pixel"), of_run(recording.memories))
    else:
        variables |= {
            "image_weights": (("epoch", "memory", "image"), of_run(recording.weights)),
            "kept": (("epoch", "memory"), of_run(recording.kept)),
            "base_memories": (("start", "memory", "pixel"), of_run(recording.bases)),
            "base": ("epoch", np.array(recording.base_of_epoch)),
            "images": (("image", "pixel"), data.images),
        }
        coordinates["digit"] = ("image", data.digits)
    schedules = run.schedules()
    if options.cost_power is None and "n" in schedules:
        schedules["cost_power"] = schedules["n"]
    if schedules:
        coordinates["step"] = np.arange(1, options.epochs + 1)
    variables |= {
        f"{name}_schedule": ("step", np.array(schedule.values)) for name, schedule in schedules.items()
    }
    attributes = {
        "title": "training run of a generalized Hopfield network",
        "n": last(run.n),
        "rescaled_temperature": last(run.rescaled_temperature),
        "temperature": last(run.rescaled_temperature) * data.images.shape[1],
        "seed": run.seed,
        **options.described(),
        "cost_power": last(run.n) if options.cost_power is None else options.cost_power,
        "form": form,
        "threads": torch.get_num_threads(),
        "data_fingerprint": data.fingerprint,
        **versions(),
    }
    return with_pixels(xr.Dataset(variables, coordinates, attributes))


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    packages = ("hopcore", "numpy", "torch", "xarray")
    return (
        ("python_version", platform.python_version()),
        *((f"{name}_version", version(name)) for name in packages),
    )


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that a result depends on."""
    return dict(_versions())


class _Pixels(BackendArray):
    """The memories of a compact trajectory, computed when indexed and not kept."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._parts = {name: dataset[name].values for name in MADE_OF}
        weights = self._parts["image_weights"]
        self.shape = (*weights.shape[:2], self._parts["images"].shape[1])
        self.dtype = weights.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._indexed
        )

    def _indexed(self, key: tuple) -> np.ndarray:
        epochs, memories, pixels = key
        # All memories of an epoch at once, whatever was asked for: the digits never depend on the request.
        if np.ndim(epochs) == 0 and not isinstance(epochs, slice):
            return self._epoch(int(epochs))[memories][..., pixels]
        chosen = np.arange(self.shape[0])[epochs]
        return np.stack([self._epoch(epoch)[memories][..., pixels] for epoch in chosen])

    def _epoch(self, epoch: int) -> np.ndarray:
        parts = self._parts
        base = parts["base_memories"][parts["base"][epoch]]
        return rebuilt(parts["kept"][epoch], base, parts["image_weights"][epoch], parts["images"])


def with_pixels(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset with ``memories`` computed on access, if it holds what they are made of."""
    if "memories" in dataset:
        return dataset
    pixels = indexing.LazilyIndexedArray(_Pixels(dataset))
    return dataset.assign(memories=(("epoch", "memory", "pixel"), pixels))

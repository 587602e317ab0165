"""Results as labelled datasets."""

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from hopcore.data import TrainingSet

from .options import Options, Run
from .recording import Recording, rebuilt
from .schedule import present

MADE_OF = ("image_weights", "kept", "base_memories", "base", "images")
"""What a compact trajectory holds in the place of memories."""


def to_dataset(
    recording: Recording, index: int, data: TrainingSet, options: Options, run: Run, form: str
) -> xr.Dataset:
    """One of the stacked runs, as `hopcore.train` describes it."""
    coordinates: dict[str, Any] = {
        "epoch": recording.epochs,
        "memory": np.arange(options.memories),
        **data.coordinates,
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
        for name, schedule in schedules.items():
            variables[f"{name}_schedule"] = ("step", np.array(schedule.values))
    n, rescaled_temperature = (present(each, options.epochs) for each in (run.n, run.rescaled_temperature))
    attributes = {
        "title": "training run of a generalized Hopfield network",
        "n": n,
        "rescaled_temperature": rescaled_temperature,
        "temperature": rescaled_temperature * data.images.shape[1],
        "seed": run.seed,
        **options.described(),
        "cost_power": n if options.cost_power is None else options.cost_power,
        "form": form,
        "threads": torch.get_num_threads(),
        "data_fingerprint": data.fingerprint,
        **versions(),
    }
    return with_pixels(xr.Dataset(variables, coordinates, attributes))


@cache
def versions() -> Mapping[str, str]:
    """The versions of Python and of the packages that a result depends on."""
    packages = {f"{name}_version": version(name) for name in ("hopcore", "numpy", "torch", "xarray")}
    return MappingProxyType({"python_version": platform.python_version(), **packages})


class _Pixels(BackendArray):
    """The memories of a compact trajectory, computed when indexed and not kept."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self.parts = {name: dataset[name].values for name in MADE_OF}
        weights = self.parts["image_weights"]
        self.shape = (*weights.shape[:2], self.parts["images"].shape[1])
        self.dtype = weights.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        outer = indexing.IndexingSupport.OUTER
        return indexing.explicit_indexing_adapter(key, self.shape, outer, self._indexed)

    def _indexed(self, key: tuple) -> np.ndarray:
        epochs, memories, pixels = key
        # All memories of an epoch at once, whatever was asked for: the digits never depend on the request.
        if np.ndim(epochs) == 0 and not isinstance(epochs, slice):
            return self._epoch(int(epochs))[memories][..., pixels]
        chosen = np.arange(self.shape[0])[epochs]
        return np.stack([self._epoch(epoch)[memories][..., pixels] for epoch in chosen])

    def _epoch(self, epoch: int) -> np.ndarray:
        parts = self.parts
        base = parts["base_memories"][parts["base"][epoch]]
        return rebuilt(parts["kept"][epoch], base, parts["image_weights"][epoch], parts["images"])


def with_pixels(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset with ``memories`` computed on access, if it holds what they are made of."""
    if "memories" in dataset:
        return dataset
    pixels = indexing.LazilyIndexedArray(_Pixels(dataset))
    return dataset.assign(memories=(("epoch", "memory", "pixel"), pixels))


def computes_memories(dataset: xr.Dataset) -> bool:
    """Whether the memories are as `with_pixels` computes them from the rest, all of them, and not kept."""
    held: Any = getattr(dataset.get("memories"), "variable", None)
    lazy: Any = getattr(held, "_data", None)
    source = getattr(lazy, "array", None)
    if not isinstance(source, _Pixels) or held.attrs or held.shape != source.shape:
        return False
    whole = [isinstance(key, slice) and key == slice(None) for key in lazy.key.tuple]
    return all(whole) and all(
        name in dataset and dataset[name].values is part for name, part in source.parts.items()
    )

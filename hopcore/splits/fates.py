"""Where memories go, and what they end as."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hopcore._checks import check_positive, refuse
from hopcore.data import TrainingSet
from hopcore.decomposition import category_coefficients, coefficients

NO_FATE = -1
"""In place of a digit: the memory supports none, or several."""

_NEGLIGIBLE = 0.01
"""A start whose pixels are all below this adds less than that to any coefficient; the usual one has 0.003."""


def training_data(run: xr.Dataset, data: TrainingSet | None) -> TrainingSet:
    """The training set: the one given, or the one that a compact trajectory carries.

    ValueError if the run carries no images and none are given, or if it was trained on other images.
    """
    if data is None:
        if "images" not in run:
            raise ValueError("data = None: must be given for a run that does not carry its images")
        categories, names = run.sizes["category"], names_of(run)
        return TrainingSet(run.images.values, run.digit.values, categories=categories, names=names)
    if not isinstance(data, TrainingSet):
        raise refuse("data", data, "a TrainingSet, or None", TypeError)
    if run.attrs.get("data_fingerprint", data.fingerprint) != data.fingerprint:
        raise refuse("data", data, "the training set of the run (the same fingerprint)")
    return data


def names_of(found: xr.Dataset | xr.DataArray) -> tuple[str, ...] | None:
    """The names of its categories, None if they have none but their numbers."""
    return tuple(found.category_name.values) if "category_name" in found.coords else None


def coordinates_of(found: xr.Dataset, dims: Sequence[str]) -> dict[str, xr.DataArray]:
    """The coordinates along some dimensions, with the names of categories."""
    return {name: found[name] for name in (*dims, "category_name") if name in found.coords}


def image_coefficients(run: xr.Dataset, data: TrainingSet) -> np.ndarray:
    """Coefficients α (epoch, K, S) of a recorded run.

    A compact trajectory holds them, up to what is left of a given start or of a noise pulse, which goes
    through the pseudo-inverse; other runs go through it entirely.
    """
    if "image_weights" not in run:
        return coefficients(run.memories.transpose("epoch", "memory", "pixel").values, data)
    alpha = run.image_weights.values.astype(np.float64)
    bases = run.base_memories.values.astype(np.float64)
    if np.abs(bases).max() > _NEGLIGIBLE:
        alpha = alpha + run.kept.values[..., None] * coefficients(bases, data)[run.base.values]
    return alpha


def category_paths(run: xr.Dataset, data: TrainingSet | None = None) -> xr.DataArray:
    """Paths (epoch, memory, category) of the memories in the category coefficients ᾱ^μ_d(t) (paper, eq. 2).

    The run is from `hopcore.train` with ``record_every``. Its training set is not needed where the run
    carries the images (long trajectories do); ValueError or TypeError if it is missing or another one.
    """
    data = training_data(run, data)
    sums = category_coefficients(image_coefficients(run, data), data)
    dims = ("epoch", "memory", "category")
    return xr.DataArray(sums, coordinates_of(run, dims), dims, "category_coefficients")


def fates(run: xr.Dataset, supported: float = 0.9) -> np.ndarray:
    """The category (K,) that each memory has at the end: the only one whose label reaches ``supported``.

    It is `NO_FATE` for a memory with no such label, or with several. ``supported`` is 1 at most.
    """
    supported = check_positive("supported", supported)
    if supported > 1:
        raise refuse("supported", supported, "at most 1, the largest label")
    labels = run.labels.isel(epoch=-1).transpose("memory", "category")
    votes = labels.values >= supported
    digits = run.category.values[votes.argmax(axis=1)]
    return np.where(votes.sum(axis=1) == 1, digits, NO_FATE)


def leading_digits(run: xr.Dataset, data: TrainingSet | None = None) -> np.ndarray:
    """The digit with the largest category coefficient at the end, (K,): every memory has one (Fig. 4)."""
    last = category_paths(run.isel(epoch=[-1]), data).isel(epoch=-1)
    return last.category.values[last.values.argmax(axis=1)]

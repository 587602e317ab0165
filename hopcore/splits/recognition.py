"""Which digits are recognised, and since when (paper, Fig. 3C and F)."""

import numpy as np
import xarray as xr

from hopcore._checks import check_integer
from hopcore.data import TrainingSet
from hopcore.training.schedule import conditions

from .fates import training_data

APPEARS_BEYOND = 4
"""A digit has appeared when more than this many of its 20 images are recognised (paper, supplement)."""


def recognised(run: xr.Dataset, data: TrainingSet | None = None) -> xr.DataArray:
    """How many training images of each digit are classified correctly: whole numbers (epoch, category).

    The run is from `hopcore.train` with ``record_every``. Its training set is not needed where the run
    carries the images.
    """
    data = training_data(run, data)
    own = data.targets > 0
    counts = []
    recorded = zip(_overlaps(run, data), run.labels.values, run.epoch.values.tolist(), strict=True)
    for overlaps, labels, epoch in recorded:
        # A network answers with the n and the temperature of its last epoch.
        power, rescaled_temperature, _ = conditions(run, max(epoch - 1, 0))
        temperature = rescaled_temperature * data.images.shape[1]
        # The category does not change if an image's activations are all divided by the same number.
        a = np.maximum(overlaps, 0)
        largest = a.max(axis=0)
        scale = np.where(largest > 0, largest, temperature)
        answers = ((a / scale) ** power).T @ labels.astype(np.float64)
        counts.append((own & (answers.argmax(axis=1)[:, None] == np.arange(own.shape[1]))).sum(axis=0))
    coordinates = {"epoch": run.epoch, "category": run.category}
    return xr.DataArray(np.array(counts), coordinates, ("epoch", "category"), "recognised")


def _overlaps(run: xr.Dataset, data: TrainingSet):
    """Overlaps (K, S), one recorded epoch after the other; through the Gram matrix if the run allows it."""
    if "image_weights" not in run:
        for memories in run.memories.transpose("epoch", "memory", "pixel").values:
            yield memories @ data.images.T
        return
    gram = data.images @ data.images.T
    bases = run.base_memories.values.astype(np.float64) @ data.images.T
    for weights, kept, base in zip(run.image_weights.values, run.kept.values, run.base.values, strict=True):
        yield weights.astype(np.float64) @ gram + kept[:, None] * bases[base]


def appearance(counts: xr.DataArray, beyond: int = APPEARS_BEYOND) -> xr.DataArray:
    """The first recorded epoch (category,) from which each digit is recognised for good; NaN for never.

    Of ``counts`` (epoch, category), from `recognised`, more than ``beyond`` have to be.
    """
    beyond = check_integer("beyond", beyond, minimum=0)
    known = counts.transpose("epoch", "category").values > beyond
    since = len(known) - np.logical_and.accumulate(known[::-1]).sum(axis=0)
    epochs = np.append(counts.epoch.values.astype(np.float64), np.nan)
    return xr.DataArray(epochs[since], {"category": counts.category}, ("category",), "appearance")

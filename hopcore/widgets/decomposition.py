"""The decomposition explorer: what a memory is made of, and how many images rebuild it."""

from __future__ import annotations

from typing import Any

import ipywidgets
import numpy as np
import xarray as xr

from hopcore import decomposition
from hopcore._checks import check_finite_array, refuse
from hopcore.data import TrainingSet, training_set
from hopcore.training import train
from hopcore.widgets import controls
from hopcore.widgets.decomposition_view import DecompositionView, Parts
from hopcore.widgets.explorer import Explorer
from hopcore.widgets.messages import guarded


class DecompositionExplorer(Explorer):
    """See `decomposition_explorer`."""

    def __init__(self, memories: np.ndarray, data: TrainingSet) -> None:
        super().__init__()
        self._data, self._memories = data, memories
        self.memory = controls.whole_slider("memory", 0, 0, len(self._memories) - 1)
        self.images = controls.whole_slider("images", 1, 1, len(data))
        self.view = DecompositionView()
        self.words = ipywidgets.HTML()
        self.children = [self.memory, self.images, self.messages, self.view.canvas.widget, self.words]
        with self.messages.guard():  # linearly dependent images, which is said once
            self._alpha = decomposition.coefficients(self._memories, data)
            self._needed = decomposition.images_needed(self._memories, data)
            self._average = np.abs(self._memories).sum(axis=1).mean()
            self._choose()
            self.memory.observe(self._choose_other, "value")
            self.images.observe(self._rebuild, "value")

    @guarded
    def _choose_other(self) -> None:
        self._choose()

    @guarded
    def _rebuild(self) -> None:
        self._draw()

    def _choose(self) -> None:
        chosen = self.memory.value
        needed = int(self._needed[chosen])
        self._parts = Parts.of(self._memories[chosen], self._alpha[chosen], self._data, needed, self._average)
        self._draw()

    def _draw(self) -> None:
        self.words.value = self.view.draw(self._parts, self.memory.value, self.images.value)


def decomposition_explorer(memories: Any = None, data: TrainingSet | None = None) -> DecompositionExplorer:
    """Pick a memory, see the images with the largest |α| in it, and slide how many of them rebuild it.

    Parameters
    ----------
    memories
        (K, N) array or DataArray, for example ``run.memories[-1]``; None trains a network of 25 memories on
        60 images for it, which takes a few seconds.
    data
        The training set that the memories have learnt; needed with memories.

    Returns
    -------
    DecompositionExplorer
        An ipywidget.

    Raises
    ------
    ValueError, TypeError
        For memories without their training set, of another number of pixels, or not a list of memories.
    """
    if memories is None:
        data = training_set((1, 4, 7), 20)
        memories = train(data, memories=25, rate=0.01, epochs=1500, dtype="float32").memories[-1]
    elif not isinstance(data, TrainingSet):
        raise refuse("data", data, "the training set that the memories have learnt", TypeError)
    values = memories.values if isinstance(memories, xr.DataArray) else memories
    return DecompositionExplorer(check_finite_array("memories", values, (None, data.images.shape[1])), data)

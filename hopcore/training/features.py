"""What of a memory the learning rule looks at: its pixels, or its overlaps and its distinct pixels.

Every quantity that the rule needs of a memory M is linear in it: the overlaps <M|x_i> and the pixels M_j. A
`Features` object holds the matrix that maps a step in image space (weights W over the images, so that the
step is W·X) to the step of those quantities, and nothing else of the rule.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from hopcore.data import TrainingSet


@dataclass(frozen=True)
class Features:
    """The linear features of memories that training advances."""

    name: str  # "primal" (the features are the N pixels) or "dual" (S overlaps, then the distinct pixels)
    images: np.ndarray  # (S, N)
    step: np.ndarray  # (S, P): a memory step of weights W over the images changes the features by W @ step
    pixels_from: int  # first column of the pixel part; the columns before it are the overlaps divided by N
    representative: np.ndarray  # (P - pixels_from,) the image pixel that each pixel column stands for
    group: np.ndarray  # (N,) for each image pixel, the group of equal pixels to which it belongs

    def of(self, memories: np.ndarray) -> np.ndarray:
        """The features (..., K, P) of memories (..., K, N).

        Pixels that are equal in every image receive equal steps, but a start or a noise pulse may differ
        between them. Of such a group only the largest and the smallest pixel can be the memory's extreme one,
        now or later, so a group of several pixels has two columns: its largest and its smallest.
        """
        pixels = memories[..., self.representative]
        if self.name == "primal":
            return pixels
        group_of_column = self.group[self.representative]
        for index in np.flatnonzero(np.bincount(self.group) > 1):
            values = memories[..., self.group == index]
            largest, smallest = np.flatnonzero(group_of_column == index)[:2]
            pixels[..., largest] = values.max(axis=-1)
            pixels[..., smallest] = values.min(axis=-1)
        return np.concatenate([_overlaps(memories, self.images), pixels], axis=-1)


def _overlaps(memories: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Overlaps (..., K, S) of memories (..., K, N) with images, over N.

    The product is PyTorch's, one network at a time: NumPy's has a number of threads of its own, on which its
    last digits depend.
    """
    networks = torch.tensor(memories).reshape(-1, *memories.shape[-2:])
    columns = torch.tensor(images).T
    products = torch.stack([network @ columns for network in networks])
    return products.reshape(*memories.shape[:-1], len(images)).numpy() / images.shape[1]


def primal_features(images: np.ndarray) -> Features:
    """All N pixels; the overlaps are a product with the images at every step."""
    pixels = np.arange(images.shape[1])
    return Features("primal", images, images, 0, pixels, pixels)


def dual_features(images: np.ndarray) -> Features:
    """The S overlaps, which advance through the Gram matrix, and the pixels that differ between images.

    A memory step W·X changes the overlaps with the images by W·(X·Xᵀ), and changes pixels that are equal in
    all images (most of the margin of a digit) by equal amounts, so one of each kind is enough.
    """
    distinct, first, group = np.unique(images, axis=1, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    several = np.flatnonzero(np.bincount(group) > 1)
    columns = np.concatenate([np.arange(distinct.shape[1]), several])
    # A width that processors like, by repeating the last column.
    columns = np.pad(columns, (0, -(len(images) + len(columns)) % 16), mode="edge")
    step = np.concatenate([_overlaps(images, images), distinct[:, columns]], axis=1)
    return Features("dual", images, np.ascontiguousarray(step), len(images), first[columns], group)


def choose_features(images: np.ndarray, constraint: str) -> Features:
    """The faster exact form for these images.

    One epoch costs 4·K·S·N operations in the primal form (two products with the images) and 2·K·S·(S + U) in
    the dual form, with U the number of distinct pixel columns. The dual form is used when it costs fewer,
    S + U < 2N; ``constraint="clip"`` acts on single pixels, is not linear, and always takes the primal form.
    """
    if constraint == "clip" or len(images) >= 2 * images.shape[1]:
        return primal_features(images)
    dual = dual_features(images)
    return dual if dual.step.shape[1] < 2 * images.shape[1] else primal_features(images)


@lru_cache(maxsize=2)
def features_of(data: TrainingSet, constraint: str) -> Features:
    """The features of a training set's images, which all runs of a sweep share."""
    return choose_features(data.images, constraint)

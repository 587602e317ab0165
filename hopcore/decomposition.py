"""Memories as combinations of the training images (the paper's Moore-Penrose section, Figs. 1 and 2)."""

import warnings
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any, overload

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array, check_integer, check_positive, refuse
from hopcore.data import TrainingSet, check_training_set
from hopcore.mnist import read_only

# Memories rebuilt together: their pixels stay in the processor's cache.
_BLOCK = 128

_one_at_a_time = Lock()


class NotUniqueWarning(UserWarning):
    """The images are linearly dependent: other coefficients rebuild the memories just as well."""


@overload
def coefficients(memories: xr.DataArray, data: TrainingSet) -> xr.DataArray: ...
@overload
def coefficients(memories: ArrayLike, data: TrainingSet) -> np.ndarray: ...
def coefficients(memories: Any, data: TrainingSet) -> np.ndarray | xr.DataArray:
    """Coefficients α of memories in the training images, M^μ = Σ_i α^μ_i x_i.

    They are the memories times the Moore-Penrose pseudo-inverse of the images, which is computed once
    for a training set. For linearly independent images they are the only ones that rebuild what learning
    added to a memory; what of a memory is outside the images' span (of a random start) is left out.

    Parameters
    ----------
    memories : (..., K, N), or a DataArray with a dimension ``pixel``.
    data : the S images, of N pixels, that the memories have learnt.

    Returns
    -------
    (..., K, S) array; for a DataArray, one with the dimension ``image`` last instead of ``pixel`` and
    with the coordinate ``digit`` along it.

    Warns
    -----
    NotUniqueWarning
        With the rank, if the images are linearly dependent (always so for S > N). The coefficients
        are then those with the smallest sum of squares.

    Raises
    ------
    ValueError, TypeError
        For memories with another number of pixels than the images, or with NaN.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=10)
    >>> alpha = hopcore.coefficients(run.memories[-1], data)
    >>> alpha.dims, alpha.shape
    (('memory', 'image'), (4, 10))
    """
    inverse = _inverse(data)

    def solve(rows: Any) -> np.ndarray:
        return _check_memories(rows, data) @ inverse

    return _along(memories, ["pixel"], ["image"], solve, "coefficients", digit=("image", data.digits))


@overload
def category_coefficients(alpha: xr.DataArray, data: TrainingSet) -> xr.DataArray: ...
@overload
def category_coefficients(alpha: ArrayLike, data: TrainingSet) -> np.ndarray: ...
def category_coefficients(alpha: Any, data: TrainingSet) -> np.ndarray | xr.DataArray:
    """Sums of the coefficients over each category's images, ᾱ^μ_d = Σ_{i in d} α^μ_i.

    Parameters
    ----------
    alpha : (..., K, S) coefficients, or a DataArray with a dimension ``image``.
    data : the training set that they refer to.

    Returns
    -------
    (..., K, C) array; for a DataArray, one with the dimension ``category`` last instead of ``image``.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=10)
    >>> alpha = hopcore.coefficients(run.memories[-1], data)
    >>> hopcore.category_coefficients(alpha, data).shape
    (4, 10)
    """
    check_training_set(data)
    own = (data.targets > 0).astype(np.float64)

    def sums(rows: Any) -> np.ndarray:
        rows = check_finite_array("alpha", rows)
        if rows.ndim == 0 or rows.shape[-1] != len(data):
            raise refuse("alpha", rows, f"an array of shape (..., {len(data)}), one coefficient per image")
        return rows @ own

    return _along(alpha, ["image"], ["category"], sums, "category_coefficients", **data.coordinates)


@overload
def images_needed(memories: xr.DataArray, data: TrainingSet, tolerance: float = 0.05) -> xr.DataArray: ...
@overload
def images_needed(memories: ArrayLike, data: TrainingSet, tolerance: float = 0.05) -> np.ndarray: ...
def images_needed(memories: Any, data: TrainingSet, tolerance: float = 0.05) -> np.ndarray | xr.DataArray:
    """How many images rebuild each memory (Fig. 2A, right).

    It is the smallest k such that the k images with the largest |α|, times their α, differ from the
    memory by less than tolerance · N · (mean |pixel| of all memories of the run), summed over the
    absolute differences of the N pixels. A memory that no k rebuilds so well, because too much of it is
    outside the span of the images, counts as S.

    Parameters
    ----------
    memories, data : as for `coefficients`; each index of the leading axes, or of a DataArray's dimensions
        other than ``memory`` and ``pixel``, is a run.
    tolerance : above 0.

    Returns
    -------
    (..., K) integers from 1 to S, or a DataArray of them.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=10)
    >>> hopcore.images_needed(run.memories[-1], data).shape
    (4,)
    """
    inverse = _inverse(data)
    tolerance = check_positive("tolerance", tolerance)

    def count(values: Any) -> np.ndarray:
        values = _check_memories(values, data)
        if values.ndim < 2:
            raise refuse("memories", values, "an array of shape (..., K, N)")
        allowed = tolerance * values.shape[-1] * np.abs(values).mean(axis=(-2, -1), keepdims=True)
        allowed = np.broadcast_to(allowed[..., 0], values.shape[:-1]).ravel()
        rows = values.reshape(-1, values.shape[-1])
        counts = np.empty(len(rows), dtype=np.int64)
        for first in range(0, len(rows), _BLOCK):
            block = slice(first, first + _BLOCK)
            counts[block] = _count(rows[block], rows[block] @ inverse, allowed[block], data.images)
        return counts.reshape(values.shape[:-1])

    return _along(memories, ["memory", "pixel"], ["memory"], count, "images_needed")


def _count(memories: np.ndarray, alpha: np.ndarray, allowed: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Add one image after the other to all memories at once, and stop with each one that is rebuilt."""
    counts = np.full(len(memories), len(images))
    order = np.argsort(-np.abs(alpha), axis=1, kind="stable")
    left = np.arange(len(memories))  # memories that are not rebuilt yet, and what they still lack
    lacking = memories.copy()
    for k in range(1, len(images)):
        chosen = order[left, k - 1]
        part = images[chosen]
        part *= alpha[left, chosen, None]
        lacking -= part
        done = np.abs(lacking, out=part).sum(axis=1) < allowed[left]
        if done.any():
            counts[left[done]] = k
            left, lacking = left[~done], lacking[~done]
            if not left.size:
                break
    return counts


@overload
def reconstruct(memories: xr.DataArray, data: TrainingSet, k: int) -> xr.DataArray: ...
@overload
def reconstruct(memories: ArrayLike, data: TrainingSet, k: int) -> np.ndarray: ...
def reconstruct(memories: Any, data: TrainingSet, k: int) -> np.ndarray | xr.DataArray:
    """Memories rebuilt from their k largest coefficients in absolute value.

    Parameters
    ----------
    memories, data : as for `coefficients`.
    k : from 1 to S; S gives the memories' projection on the span of the images.

    Returns
    -------
    As ``memories``, float64; a DataArray's dimension ``pixel`` comes last.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=10)
    >>> rebuilt = hopcore.reconstruct(run.memories[-1], data, k=len(data))
    >>> abs(rebuilt - run.memories[-1]).max().item() < 0.01
    True
    """
    inverse = _inverse(data)
    k = check_integer("k", k, 1, len(data))
    if isinstance(memories, xr.DataArray):
        _check_dims(memories, "pixel")
        memories = memories.transpose(..., "pixel")
    alpha = _check_memories(memories, data) @ inverse
    dropped = np.argsort(-np.abs(alpha), axis=-1, kind="stable")[..., k:]
    np.put_along_axis(alpha, dropped, 0.0, axis=-1)
    rebuilt = alpha @ data.images
    return memories.copy(data=rebuilt) if isinstance(memories, xr.DataArray) else rebuilt


def _inverse(data: Any) -> np.ndarray:
    """The pseudo-inverse of the images; for a public function to call, whose caller the warning names."""
    check_training_set(data)
    with _one_at_a_time:
        inverse, rank = _pseudo_inverse(data)
    if rank < len(data):
        warnings.warn(
            f"the coefficients are not unique: the {len(data)} images have rank {rank}; these are the "
            "coefficients with the smallest sum of squares",
            NotUniqueWarning,
            stacklevel=3,
        )
    return inverse


@lru_cache(maxsize=8)
def _pseudo_inverse(data: TrainingSet) -> tuple[np.ndarray, int]:
    """The (N, S) pseudo-inverse of the images and their rank; training sets of equal content share it."""
    left, values, right = np.linalg.svd(data.images, full_matrices=False)
    rank = int((values > values[0] * max(data.images.shape) * np.finfo(np.float64).eps).sum())
    return read_only((right[:rank].T / values[:rank]) @ left[:, :rank].T), rank


def _along(
    array: Any, old: list[str], new: list[str], function: Callable, name: str, **coordinates: Any
) -> np.ndarray | xr.DataArray:
    """Apply a function to the last axes; of a DataArray, to ``old``, which become ``new``."""
    if not isinstance(array, xr.DataArray):
        return function(array)
    _check_dims(array, *old)
    found = xr.apply_ufunc(function, array, input_core_dims=[old], output_core_dims=[new])
    return found.rename(name).assign_coords(coordinates)


def _check_dims(array: xr.DataArray, *dims: str) -> None:
    for dim in dims:
        if dim not in array.dims:
            raise ValueError(f"an array with dimensions {array.dims}: must have the dimension {dim!r}")


def _check_memories(memories: Any, data: TrainingSet) -> np.ndarray:
    memories = check_finite_array("memories", memories)
    pixels = data.images.shape[1]
    if memories.ndim == 0 or memories.shape[-1] != pixels:
        raise refuse("memories", memories, f"an array of shape (..., {pixels}), the pixels of the images")
    return memories

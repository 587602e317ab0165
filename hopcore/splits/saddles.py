"""In how many directions a group of equal memories can part: the linearised learning rule at a saddle.

A group of k memories in the same state is one state and k − 1 independent differences. A difference between
members cancels in the sum over memories, so the scores do not feel it, and to first order each member moves
as a single memory does while the errors of the network stay as they are. The Jacobian J of that single
memory's velocity therefore says, exactly, how differences begin: δ' = δ + ε·J·δ after an epoch. Directions in
which J expands are those along which the group can part. The paper speaks of saddles (Fig. 3 to 5); this
count is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore._checks import check_at_least, check_finite_array, check_integer, refuse
from hopcore.data import TrainingSet
from hopcore.training.schedule import conditions

from .fates import training_data

_AT_LIMIT = 0.99
"""A label, or the largest pixel of a mean memory, counts as held at its limit from here on."""


@dataclass(frozen=True, eq=False)
class Saddle:
    """The linearised learning rule for one member of a group.

    Attributes
    ----------
    rates : (D,) eigenvalues of J, the fastest growing first. 1/rate is the time in which a difference grows
        e-fold, in units of learning rate times epochs.
    directions : (D, S + C) the eigenvectors: change of the weights of the images, then of the labels.
    jacobian : (S + C, S + C); rows and columns of labels held at a limit are zero.
    speed : the largest pixel velocity of the group as a whole, 0 to 1; 0 at a true fixed point.
    images : (S, N) those of the training set.
    """

    rates: np.ndarray
    directions: np.ndarray
    jacobian: np.ndarray
    speed: float
    images: np.ndarray

    def unstable(self, faster_than: float = 0.1) -> int:
        """The number of directions in which differences grow, and faster than this rate."""
        return int((self.rates.real > check_at_least("faster_than", faster_than, 0)).sum())

    def share(self, difference: ArrayLike, count: int) -> float:
        """The part of a difference that lies along the `count` fastest directions, from 0 to 1.

        `difference` (S + C,) is one of weights and labels. It is a part of the squared length, in root mean
        square pixels and in labels.
        """
        difference = check_finite_array("difference", difference, (len(self.jacobian),))
        count = check_integer("count", count, 1, len(self.rates))
        fastest = self.directions[:count]
        span = self._lengths(np.concatenate([fastest.real, fastest.imag]))
        target = self._lengths(difference[None])[0]
        parts = np.linalg.lstsq(span.T, target, rcond=None)[0]
        return float(1 - ((target - parts @ span) ** 2).sum() / (target**2).sum())

    def _lengths(self, changes: np.ndarray) -> np.ndarray:
        count, pixels = self.images.shape
        return np.hstack([changes[:, :count] @ self.images / pixels**0.5, changes[:, count:]])


def saddle(run: xr.Dataset, epoch: int, members: Sequence[int], data: TrainingSet | None = None) -> Saddle:
    """Linearise the learning rule at the mean state of some memories.

    Parameters
    ----------
    run
        A recorded run in the compact form (with ``image_weights``), of full batches and without momentum.
    epoch
        A recorded epoch.
    members
        Indices of the memories of the group, which are close to each other.
    data
        Its training set; not needed where the run carries the images.

    Raises
    ------
    ValueError
        For an epoch that is not recorded, members that do not exist, and runs of another kind.
    """
    data = training_data(run, data)
    if "image_weights" not in run or run.attrs["constraint"] != "rescale":
        raise ValueError(
            "run: must be a compact trajectory (with image_weights), trained with constraint 'rescale'"
        )
    if epoch not in run.epoch.values:
        raise refuse("epoch", epoch, "a recorded epoch")
    group = np.asarray(members, dtype=np.int64)
    if group.size == 0 or group.min() < 0 or group.max() >= run.sizes["memory"]:
        raise refuse("members", group, f"at least one index below {run.sizes['memory']}")
    state = run.sel(epoch=epoch).drop_vars("memories")
    memories = _memories(state, data)
    errors = _errors(state, memories, data)
    weights = state.image_weights.values[group].astype(np.float64).mean(axis=0)
    labels = state.labels.values[group].astype(np.float64).mean(axis=0)
    velocity, jacobian = _motion(
        data.images, errors, conditions(run, epoch)[0], memories[group].mean(axis=0), weights, labels
    )
    images = len(data)
    held = (np.abs(labels) > _AT_LIMIT) & (velocity[images:] * labels > 0)
    free = np.concatenate([np.full(images, True), ~held])
    jacobian[~free] = 0
    jacobian[:, ~free] = 0
    rates, vectors = np.linalg.eig(jacobian[np.ix_(free, free)])
    order = np.argsort(-rates.real, kind="stable")
    directions = np.zeros((len(rates), len(free)), dtype=vectors.dtype)
    directions[:, free] = vectors.T[order]
    speed = float(np.abs(velocity[:images] @ data.images).max())
    return Saddle(rates[order], directions, jacobian, speed, data.images)


def _memories(state: xr.Dataset, data: TrainingSet) -> np.ndarray:
    base = state.base_memories.values[int(state.base)].astype(np.float64)
    return state.kept.values[:, None] * base + state.image_weights.values.astype(np.float64) @ data.images


def _errors(state: xr.Dataset, memories: np.ndarray, data: TrainingSet) -> np.ndarray:
    """The factors g (S, C) of the gradients, with the sign of descent, relative to the largest."""
    n, rescaled_temperature, cost_power = conditions(state, int(state.epoch))
    temperature = rescaled_temperature * data.images.shape[1]
    activations = np.maximum(memories @ data.images.T, 0) / temperature
    agreement = 2 * data.targets * ((activations**n).T @ state.labels.values.astype(np.float64))
    # With u = 2·t·field: |o − t| = 2σ(−u) and 1 − o² = 4σ(u)σ(−u).
    logarithms = agreement - (2 * cost_power + 1) * np.logaddexp(0, agreement)
    return data.targets * np.exp(logarithms - logarithms.max())


def _motion(
    images: np.ndarray,
    errors: np.ndarray,
    n: float,
    memory: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Velocity (S + C,) of one memory, with the network's errors held, and its Jacobian (S + C, S + C).

    The state is the weights of the images (S,), then the labels (C,); units are those of one rate.
    """
    count = len(images)
    overlaps = np.maximum(images @ memory, 0)
    scale = overlaps.max()  # a common factor changes no direction
    overlaps = overlaps / scale
    by_weights = images @ images.T / scale  # how the overlaps change with the weights

    pulls = overlaps ** (n - 1) * (errors @ labels)
    slopes = (n - 1) * np.where(overlaps > 0, overlaps, 1) ** (n - 2) * (overlaps > 0) * (errors @ labels)
    change = np.hstack([slopes[:, None] * by_weights, overlaps[:, None] ** (n - 1) * errors])
    velocity, jacobian = _normalised(pulls, change, pulls @ images, images.T @ change)

    largest = np.abs(memory).argmax()
    towards = np.sign(memory[largest]) * images[:, largest]
    if (
        np.abs(memory[largest]) > _AT_LIMIT and towards @ velocity > 0
    ):  # rescaling takes back what grows beyond 1
        jacobian = jacobian - np.outer(weights, towards @ jacobian)
        jacobian[:, :count] -= (towards @ velocity) * np.eye(count)
        velocity = velocity - (towards @ velocity) * weights

    votes = overlaps**n @ errors
    change = np.hstack(
        [n * (overlaps[:, None] ** (n - 1) * errors).T @ by_weights, np.zeros((len(labels),) * 2)]
    )
    label_velocity, label_jacobian = _normalised(votes, change, votes, change)
    return np.concatenate([velocity, label_velocity]), np.vstack([jacobian, label_jacobian])


def _normalised(
    vector: np.ndarray, jacobian: np.ndarray, sized: np.ndarray, sized_jacobian: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A vector over the largest absolute entry of another, and the Jacobian of that."""
    largest = np.abs(sized).argmax()
    size = np.abs(sized[largest])
    return vector / size, (jacobian - np.outer(vector / sized[largest], sized_jacobian[largest])) / size

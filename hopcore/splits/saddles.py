"""In how many directions a group of equal memories can part: the linearised learning rule at a saddle.

A group of k memories in the same state is one state and k − 1 independent differences. A difference between
members cancels in the sum over memories, so the scores do not feel it, and to first order each member moves
as a single memory does while the errors of the network stay as they are. The Jacobian J of that single
memory's velocity therefore says, exactly, how differences begin: δ' = δ + ε·J·δ after an epoch. Directions in
which J expands are those along which the group can part. The paper speaks of saddles (Fig. 3 to 5); this
count is not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from numpy.typing import ArrayLike
from torch.func import jacrev

from hopcore._checks import check_at_least, check_finite_array, check_integer, refuse
from hopcore.data import TrainingSet
from hopcore.training.schedule import conditions
from hopcore.training.state import Conditions
from hopcore.training.step import activations, errors, gradients

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

    ValueError for an epoch that is not recorded, members that do not exist, and runs of another kind.

    Parameters
    ----------
    run : a recorded run in the compact form (with ``image_weights``), of full batches and without momentum.
    epoch : a recorded epoch.
    members : indices of the memories of the group, which are close to each other.
    data : its training set; not needed where the run carries the images.
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
    velocity, jacobian, free = _motion(run.sel(epoch=epoch), group, conditions(run, epoch), data)
    images = len(data)
    rates, vectors = np.linalg.eig(jacobian[np.ix_(free, free)])
    order = np.argsort(-rates.real, kind="stable")
    directions = np.zeros((len(rates), len(free)), dtype=vectors.dtype)
    directions[:, free] = vectors.T[order]
    speed = float(np.abs(velocity[:images] @ data.images).max())
    return Saddle(rates[order], directions, jacobian, speed, data.images)


def _motion(
    state: xr.Dataset, members: np.ndarray, network: tuple[float, float, float], data: TrainingSet
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`motion` of the mean memory of some members of a recorded state."""
    images = torch.tensor(data.images)
    weights, labels, kept, base = (
        torch.tensor(values.values, dtype=torch.float64)
        for values in (state.image_weights, state.labels, state.kept, state.base_memories[int(state.base)])
    )
    memories = kept[:, None] * base + weights @ images
    held = Conditions.of(*network, images)
    logarithms = activations((memories @ images.T)[None] / images.shape[1])[1]
    factors = errors(logarithms, labels[None], torch.tensor(-2 * data.targets.T), held)
    memory, weights, labels = (part[members].mean(dim=0) for part in (memories, weights, labels))
    return motion(images, images @ images.T / images.shape[1], memory, weights, labels, factors, held)


def motion(
    images: torch.Tensor,
    gram: torch.Tensor,
    memory: torch.Tensor,
    weights: torch.Tensor,
    labels: torch.Tensor,
    factors: tuple[torch.Tensor, torch.Tensor],
    held: Conditions,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Velocity (S + C,) of one memory (N,), with the network's errors held; its Jacobian; what is ``free``.

    What moves is the weights (S,) of the images (S, N) in the memory, then its labels (C,); units are those
    of one rate. ``gram`` (S, S) holds the images' overlaps over N, and the ``factors`` are from
    `hopcore.training.step.errors`. Labels that press against a limit are not free, and their rows and columns
    of the Jacobian are zero.
    """
    count, pixels = images.shape
    own = images @ memory / pixels
    seen = own > 0  # the others take no part, and the logarithm of 0 has no derivative
    factors = factors[0], factors[1].masked_fill(~seen, -torch.inf)

    def gradient(at: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        overlaps = torch.where(seen, own + gram @ (at[:count] - weights), 1.0)
        positive, logarithms = activations(overlaps[None, None])
        pulls, votes = gradients(positive, logarithms, at[None, None, count:], factors, held)
        return pulls[0, 0], votes[0, 0]

    at = torch.cat([weights, labels])
    largest = memory.abs().argmax()
    towards = memory[largest].sign() * images[:, largest]
    fastest = images[:, (gradient(at)[0] @ images).abs().argmax()]  # the pixel that changes most

    def velocity(at: torch.Tensor, rescaled: bool) -> torch.Tensor:
        pulls, votes = gradient(at)
        step = -pulls / (pulls @ fastest).abs()
        if rescaled:  # which takes back what grows beyond 1
            step = step - (towards @ step) * at[:count]
        return torch.cat([step, -votes / votes.abs().amax()])

    rescaled = bool(memory[largest].abs() > _AT_LIMIT and towards @ velocity(at, False)[:count] > 0)
    moves, jacobian = velocity(at, rescaled), jacrev(velocity)(at, rescaled).numpy()
    free = np.full(len(at), True)
    free[count:] = ((labels.abs() <= _AT_LIMIT) | (moves[count:] * labels <= 0)).numpy()
    jacobian[~free] = 0
    jacobian[:, ~free] = 0
    return moves.numpy(), jacobian, free

"""When memories part, foretold from one memory in the place of many; and a few in the place of many after it.

K equal memories move as one does at T/K^(1/n) (paper, section on two memories). They differ by their start,
N(mean, σ) in every pixel and label, and to first order these differences do not act back: δ' = δ + ε·J·δ in
each epoch, with J from `hopcore.splits.saddles` along the path of the one. So the spread of the crowd and
the directions in which it parts are known without the crowd. This is not in the paper.
"""

from typing import Any

import numpy as np
import torch
import xarray as xr
from numpy.typing import ArrayLike
from scipy.stats import norm

from hopcore._checks import check_above, check_finite_array, check_integer, check_positive, check_real
from hopcore.data import TrainingSet
from hopcore.training import Options, RandomStart, Run
from hopcore.training.run import build_learner
from hopcore.training.step import activations, errors

from .saddles import motion


def growth(
    data: TrainingSet,
    *,
    n: float,
    rescaled_temperature: float,
    memories: int = 100,
    mean: float = RandomStart.mean,
    rate: float = 0.005,
    epochs: int = 3500,
    until: float = np.inf,
) -> xr.Dataset:
    """How the differences between equal memories grow, along the path of one of them.

    Parameters
    ----------
    data : the training set, S images.
    n, rescaled_temperature, rate : as in `hopcore.train`.
    memories : K, whose path one memory at T/K^(1/n) has.
    mean : of the start, as in `hopcore.RandomStart`.
    epochs : the most that are followed.
    until : stop when the growth has come to this.

    Returns
    -------
    xarray.Dataset
        ``growth`` (epoch,), the natural logarithm of the standard deviation between memories, root mean
        square pixel, over that of the start, σ; ``largest`` (epoch,), the largest pixel of the one, in
        absolute value. At the last epoch: ``memory`` (pixel,) and ``label``
        (category,) of the one; ``singular`` (direction,), the standard deviations along orthogonal
        directions, in units of σ, root mean square pixel; and for the leading one of them the change
        ``memory_lead`` (pixel,) and ``label_lead`` (category,) in which memories differ by one standard
        deviation per σ, and the unit vector of starts, ``memory_start`` (pixel,) and ``label_start``
        (category,), that leads to it (`coordinates`).

    Raises
    ------
    ValueError, TypeError
        For a wrong argument.
    """
    copies = check_integer("memories", memories, minimum=1)
    until = until if until == np.inf else check_real("until", until)
    power = check_above("n", n, 1)
    hot = check_positive("rescaled_temperature", rescaled_temperature) / copies ** (1 / power)
    start: Any = np.full((1, data.images.shape[1]), mean), np.full((1, data.targets.shape[1]), mean)
    options = Options.checked(data, start=start, rate=rate, epochs=epochs)
    images, pixels = data.images.shape
    learner = build_learner(data, options, [Run(power, hot)])
    held, against = learner.state.conditions, torch.tensor(-2 * data.targets.T)
    rows = torch.tensor(data.images)
    gram = rows @ rows.T / pixels
    pseudo = np.linalg.pinv(data.images)  # (N, S): weights of the images, from pixels
    inverse = torch.tensor(pseudo)
    squares, axes = np.linalg.eigh(gram.numpy())
    to_pixels = torch.tensor(np.sqrt(squares.clip(0))[:, None] * axes.T)  # rms pixels, from weights

    # Differences are factor·z: z are as many normal numbers as a start has, turned so that few matter.
    # Products are PyTorch's: NumPy's have a number of threads of their own.
    basis, triangle = np.linalg.qr(pseudo)
    factor = torch.eye(images + data.targets.shape[1], dtype=torch.float64)
    factor[:images, :images] = torch.tensor(triangle.T)

    def grown() -> float:
        return float(torch.linalg.norm(to_pixels @ factor[:images]).log())

    found, largest = [grown()], [abs(mean)]
    with torch.no_grad():
        while len(found) <= options.epochs and found[-1] < until:
            memory, labels = learner.memories()[0], learner.state.labels[0]
            logarithms = activations((memory @ rows.T)[None] / pixels)[1]
            factors = errors(logarithms, labels[None], against, held)
            weights = memory[0] @ inverse
            _, jacobian, free = motion(rows, gram, memory[0], weights, labels[0], factors, held)
            factor += options.rate * torch.tensor(jacobian) @ factor
            factor[~torch.tensor(free)] = 0  # all at one limit
            learner.epoch()
            largest.append(float(learner.memories().abs().max()))
            found.append(grown())

    _, singular, turned = np.linalg.svd((to_pixels @ factor[:images]).numpy(), full_matrices=False)
    lead, origin = factor.numpy() @ turned[0], turned[0]
    values = {
        "memory": learner.memories()[0, 0].numpy(),
        "memory_lead": lead[:images] @ data.images,
        "memory_start": basis @ origin[:images],
        "label": learner.state.labels[0, 0].numpy(),
        "label_lead": lead[images:],
        "label_start": origin[images:],
    }
    along = {
        name: ("pixel" if name.startswith("memory") else "category", row) for name, row in values.items()
    }
    curves = {
        "growth": ("epoch", np.array(found)),
        "largest": ("epoch", largest),
        "singular": ("direction", singular),
    }
    return xr.Dataset({**curves, **along}, {"epoch": np.arange(len(found))})


def coordinates(grown: xr.Dataset, memories: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Where starts (K, N) and (K, C) are along the leading direction of `growth`: (K,), in units of pixels.

    Over σ they are normal numbers with a standard deviation of 1.
    """
    memories = check_finite_array("memories", memories, (None, grown.sizes["pixel"]))
    labels = check_finite_array("labels", labels, (len(memories), grown.sizes["category"]))
    parts = memories @ grown.memory_start.values + labels @ grown.label_start.values
    return parts - parts.mean()


def quantiles(count: int) -> np.ndarray:
    """The means of so many equal parts of a standard normal distribution, rising: (count,)."""
    count = check_integer("count", count, minimum=1)
    return -np.diff(norm.pdf(norm.ppf(np.linspace(0, 1, count + 1)))) * count


def on_a_line(grown: xr.Dataset, spread: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """So many memories (G, N) and labels (G, C) along the leading direction at the end of `growth`.

    Each stands for an equal part of a crowd that began with this ``spread`` σ, above 0, and is the mean of
    its part; they go on to learn at T/c^(1/n), with c = K/G the members of a part.
    """
    spread = check_positive("spread", spread)
    steps = spread * quantiles(count)[:, None]
    memories = grown.memory.values + steps * grown.memory_lead.values
    labels = grown.label.values + steps * grown.label_lead.values
    return memories / np.maximum(np.abs(memories).max(axis=1, keepdims=True), 1), labels.clip(-1, 1)

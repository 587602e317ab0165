"""The network of the paper's appendix: scores, cost and gradients, evaluated for given memories and labels.

With overlaps h_μi = <M^μ|x_i> and activations a_μi = max(0, h_μi)/T, the scores are
o_id = tanh(Σ_μ l^μ_d a_μi^n) (eq. 6 and 7) and the cost is Σ_i Σ_d |o_id − t_id|^(2m) (eq. 5).

These functions state the equations; training has its own, faster, evaluation of the same gradients.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import expit

from hopcore._checks import check_above, check_finite_array, check_positive
from hopcore.data import TrainingSet, check_training_set

# tanh is ±1 to the last digit far below this field, and sums of larger ones would overflow.
_LARGEST_LOG_FIELD = 600.0

_SHARE, _TINY = 0.7, 1e-3  # of the self-overlap; blank images have none


@dataclass(frozen=True)
class _Network:
    """Checked arguments: memories (K, N), labels (K, C), power n and temperature T in pixels."""

    memories: np.ndarray
    labels: np.ndarray
    n: float
    temperature: float

    @classmethod
    def checked(
        cls, shape: tuple[int, int | None], memories: Any, labels: Any, n: Any, rescaled_temperature: Any
    ) -> Self:
        """From arguments as given, and N and C, None for any number of categories."""
        pixels, categories = shape
        memories = check_finite_array("memories", memories, (None, pixels))
        labels = check_finite_array("labels", labels, (len(memories), categories))
        temperature = check_positive("rescaled_temperature", rescaled_temperature) * pixels
        return cls(memories, labels, check_above("n", n, 1), temperature)

    def activations(self, images: np.ndarray) -> np.ndarray:
        """a (K, S) = max(0, overlaps)/T."""
        return np.maximum(self.memories @ images.T, 0) / self.temperature

    def fields(self, activations: np.ndarray) -> np.ndarray:
        """The scores before the tanh, (S, C)."""
        # Powers relative to each image's largest: a^n itself can overflow where the sum of l·a^n does not.
        largest = activations.max(axis=0, keepdims=True, initial=0)
        relative = np.divide(activations, largest, out=np.zeros_like(activations), where=largest > 0)
        with np.errstate(divide="ignore"):
            scale = np.exp(np.minimum(self.n * np.log(largest), _LARGEST_LOG_FIELD))
        return (relative**self.n).T @ self.labels * scale.T


def scores(images: Any, memories: Any, labels: Any, *, n: float, rescaled_temperature: float) -> np.ndarray:
    """The categorical scores o = tanh(Σ_μ l^μ a_μ^n) (paper, eq. 6).

    Parameters
    ----------
    images : (S, N).
    memories : (K, N).
    labels : (K, C).
    n : power of the rectified polynomial, above 1.
    rescaled_temperature : T_r = T/N, above 0.

    Returns
    -------
    (S, C) float64, in [−1, 1].

    Raises
    ------
    ValueError, TypeError
        For arrays of the wrong shape or with NaN, n ≤ 1, T_r ≤ 0.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=10)
    >>> memories, labels = run.memories[-1].values, run.labels[-1].values
    >>> hopcore.scores(data.images, memories, labels, n=3, rescaled_temperature=0.85).shape
    (10, 10)
    """
    return np.tanh(fields(images, memories, labels, n=n, rescaled_temperature=rescaled_temperature))


def fields(images: Any, memories: Any, labels: Any, *, n: float, rescaled_temperature: float) -> np.ndarray:
    """The scores before their tanh, (S, C), which do not saturate; arguments and errors as for `scores`."""
    images = check_finite_array("images", images, (None, None))
    network = _Network.checked((images.shape[1], None), memories, labels, n, rescaled_temperature)
    return network.fields(network.activations(images))


def suggested_temperature(data: TrainingSet) -> float:
    """A rescaled temperature T_r for a first trial: 0.7 of the images' mean self-overlap <x|x>/N.

    It is a rule of thumb, tried on scikit-learn's digits, wines and irises and on a Boolean network of cells.
    Above the self-overlap learning stops at mixtures or does not begin; far below it memories have no fate.
    For digits of MNIST it gives 0.65, where the paper goes from 0.57 to 1.15.

    Examples
    --------
    >>> import hopcore
    >>> round(hopcore.suggested_temperature(hopcore.training_set()), 2)
    0.65
    """
    check_training_set(data)
    return max(_SHARE * float((data.images**2).mean()), _TINY)


def category(images: Any, memories: Any, labels: Any, *, n: float, rescaled_temperature: float) -> np.ndarray:
    """The category read out for each image: the one of the largest score, (S,) int.

    Where several scores are 1 to the last digit, the largest argument of the tanh decides. Arguments and
    errors as for `scores`.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> memories, labels = data.images, data.targets  # each image is a memory
    >>> hopcore.category(data.images, memories, labels, n=3, rescaled_temperature=0.85).shape
    (10,)
    """
    return fields(images, memories, labels, n=n, rescaled_temperature=rescaled_temperature).argmax(axis=1)


def cost(
    data: TrainingSet,
    memories: Any,
    labels: Any,
    *,
    n: float,
    rescaled_temperature: float,
    cost_power: float | None = None,
) -> float:
    """The cost Σ_i Σ_d |o_id − t_id|^(2m) (paper, eq. 5); ``cost_power`` m, above 0, is n unless given.

    The other arguments, and errors, are as for `scores`.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> memories, labels = data.images, data.targets  # each image is a memory
    >>> hopcore.cost(data, memories, labels, n=3, rescaled_temperature=0.85) > 0
    True
    """
    network, power = _with_power(data, memories, labels, n, rescaled_temperature, cost_power)
    errors = np.tanh(network.fields(network.activations(data.images))) - data.targets
    return float((np.abs(errors) ** (2 * power)).sum())


def gradients(
    data: TrainingSet,
    memories: Any,
    labels: Any,
    *,
    n: float,
    rescaled_temperature: float,
    cost_power: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of the cost by memories, (K, N) in cost per pixel, and by labels, (K, C).

    Arguments and errors are as for `cost`.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> memories, labels = data.images, data.targets  # each image is a memory
    >>> along = hopcore.gradients(data, memories, labels, n=3, rescaled_temperature=0.85)
    >>> [each.shape for each in along]
    [(10, 784), (10, 10)]
    """
    network, power = _with_power(data, memories, labels, n, rescaled_temperature, cost_power)
    activations = network.activations(data.images)
    fields = network.fields(activations)
    # |o − t| = 2σ(−2tf) and 1 − o² = 4σ(2tf)σ(−2tf), without the cancellation of 1 − tanh near ±1.
    agreement = 2 * data.targets * fields
    slopes = -4 * power * data.targets * (2 * expit(-agreement)) ** (2 * power) * expit(agreement)
    by_labels = (activations**network.n) @ slopes
    pulls = network.n / network.temperature * activations ** (network.n - 1) * (network.labels @ slopes.T)
    return pulls @ data.images, by_labels


def _with_power(
    data: TrainingSet, memories: Any, labels: Any, n: Any, rescaled_temperature: Any, cost_power: Any
) -> tuple[_Network, float]:
    """The checked network, and the cost power m, which is n unless given."""
    check_training_set(data)
    shape = data.images.shape[1], data.targets.shape[1]
    network = _Network.checked(shape, memories, labels, n, rescaled_temperature)
    return network, network.n if cost_power is None else check_positive("cost_power", cost_power)

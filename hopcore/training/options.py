"""What a training run is: its options, checked before any work starts."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Self

import numpy as np
import torch

from hopcore._checks import (
    check_above,
    check_at_least,
    check_choice,
    check_finite_array,
    check_integer,
    check_positive,
    check_real,
    refuse,
)
from hopcore.data import TrainingSet, check_training_set

from .schedule import Check, Schedule, check_schedule

CONDITIONS: dict[str, Check] = {"n": partial(check_above, bound=1), "rescaled_temperature": check_positive}
"""What may have a schedule, and the check of each value."""


@dataclass(frozen=True)
class RandomStart:
    """Memories and labels at epoch 0 from a normal distribution, drawn with the run's seed.

    ValueError or TypeError for a mean outside [−1, 1], a spread below 0, and what is no number.

    Attributes
    ----------
    mean : from −1 to 1. The default is that of the authors' program; their published Figure 3 has −0.001.
    spread : standard deviation, 0 or more; 1e-8 in that figure, which needs double precision.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> start = hopcore.RandomStart(mean=-0.001, spread=1e-8)
    >>> hopcore.train(data, start=start, memories=4, epochs=10).attrs["start"]
    'random, mean -0.001, spread 1e-08'
    """

    mean: float = -0.003
    spread: float = 1e-5

    def __post_init__(self) -> None:
        mean = check_real("start.mean", self.mean, "a number from -1 to 1", lambda mean: -1 <= mean <= 1)
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "spread", check_at_least("start.spread", self.spread, 0))

    def draw(self, seed: int, shape: tuple[int, int], categories: int) -> tuple[np.ndarray, np.ndarray]:
        """Memories (K, N) and labels (K, C)."""
        generator = np.random.default_rng(seed)
        memories = generator.normal(self.mean, self.spread, shape)
        return memories, generator.normal(self.mean, self.spread, (shape[0], categories))


def mean_start(
    data: TrainingSet, memories: int = 100, seed: int = 0, size: float = 0.003, spread: float = 1e-5
) -> tuple[np.ndarray, np.ndarray]:
    """A ``start`` for `hopcore.train` along the mean image, for data of any kind.

    A memory learns only of images with which its overlap is positive. The usual start has the same small
    negative number in every pixel, which is what a mean digit is like; of other data it may see nothing.
    Images whose mean is nothing (centred columns) are seen from the noise on: the memories then start in all
    directions, and have no common progenitor.

    Parameters
    ----------
    data : the training set.
    memories : K, 1 or more.
    seed : of the noise, an integer of at least 0.
    size : memories are ``size`` times the mean image, and labels ``-size``, from 0 to 1.
    spread : standard deviation of the normal noise on both, 0 or more.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.TrainingSet([[1, -1], [0.5, 1], [-1, 1]], ["T", "T", "B"])
    >>> run = hopcore.train(data, start=hopcore.mean_start(data, memories=4), n=3, epochs=10)
    >>> run.memories.shape
    (1, 4, 2)
    """
    check_training_set(data)
    memories = check_integer("memories", memories, minimum=1)
    start = RandomStart(-check_at_least("size", size, 0), spread)
    shape = memories, data.images.shape[1]
    noise, labels = start.draw(check_integer("seed", seed, minimum=0), shape, data.categories)
    return noise + size * (1 + data.images.mean(axis=0)), labels


@dataclass(frozen=True)
class NoisePulses:
    """Noise that is added to memories and labels during some epochs (paper, supplement: robustness).

    Attributes
    ----------
    epochs : the epochs that end with a pulse, counted from 1.
    std : standard deviation of the normal noise, in units of a pixel; above 0.
    mean : its mean.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> noise = hopcore.NoisePulses(epochs=(5, 10), std=0.01)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=20, noise=noise)
    >>> run.memories.shape
    (1, 4, 784)
    """

    epochs: tuple[int, ...]
    std: float
    mean: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.epochs, (str, bytes)) or not isinstance(self.epochs, (Sequence, np.ndarray)):
            raise refuse("noise.epochs", self.epochs, "a list of epochs, counted from 1", TypeError)
        epochs = tuple(sorted({check_integer("noise.epochs", epoch, minimum=1) for epoch in self.epochs}))
        object.__setattr__(self, "epochs", epochs)
        object.__setattr__(self, "std", check_positive("noise.std", self.std))
        object.__setattr__(self, "mean", check_real("noise.mean", self.mean))

    def draw(
        self, seed: int, epoch: int, shape: tuple[int, int], categories: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The pulse of one epoch, memories (K, N) and labels (K, C): a function of seed and epoch alone."""
        generator = np.random.default_rng([seed, epoch])
        memories = generator.normal(self.mean, self.std, shape)
        return memories, generator.normal(self.mean, self.std, (shape[0], categories))


@dataclass(frozen=True)
class Run:
    """What tells one run of a sweep from another; n and the temperature may have a checked `Schedule`."""

    n: float | Schedule
    rescaled_temperature: float | Schedule
    seed: int = 0

    def __post_init__(self) -> None:
        for name, check in CONDITIONS.items():
            value = getattr(self, name)
            object.__setattr__(self, name, value if isinstance(value, Schedule) else check(name, value))
        object.__setattr__(self, "seed", check_integer("seed", self.seed, minimum=0))

    @classmethod
    def scheduled(cls, n: Any, rescaled_temperature: Any, seed: int, epochs: int) -> Self:
        """A run whose n and temperature may be arrays over epochs or functions of the epoch."""
        given = {"n": n, "rescaled_temperature": rescaled_temperature}
        checked = {name: check_schedule(name, given[name], epochs, CONDITIONS[name]) for name in given}
        return cls(**checked, seed=seed)

    def schedules(self) -> dict[str, Schedule]:
        """The conditions that have one, by name."""
        return {name: getattr(self, name) for name in CONDITIONS if isinstance(getattr(self, name), Schedule)}


@dataclass(frozen=True)
class Options:
    """Everything else: what the runs of a sweep have in common. See `hopcore.train` for the meanings."""

    memories: int = 100
    rate: float = 0.005
    epochs: int = 3500
    momentum: float = 0.0
    cost_power: float | None = None
    constraint: str = "rescale"
    start: tuple[np.ndarray, np.ndarray] | RandomStart = RandomStart()
    record_every: int | None = None
    minibatches: int = 1
    noise: NoisePulses | None = None
    dtype: str = "float64"
    device: str = "cpu"

    @classmethod
    def checked(cls, data: TrainingSet, **options: Any) -> Self:
        """Options, checked against the training set; a ValueError or TypeError names the first wrong one."""
        check_training_set(data)
        given = cls(**options)
        allowed = "a number from 0 up to, not including, 1"
        momentum = check_real("momentum", given.momentum, allowed, lambda momentum: 0 <= momentum < 1)
        epochs = check_integer("epochs", given.epochs, minimum=0)
        start, memories = _checked_start(given.start, given.memories, data), given.memories
        memories = len(start[0]) if isinstance(start, tuple) else check_integer("memories", memories, 1)
        every = given.record_every
        minibatches = check_integer("minibatches", given.minibatches, minimum=1)
        if minibatches > len(data):
            raise refuse("minibatches", minibatches, f"at most the number of images, {len(data)}")
        return cls(
            memories=memories,
            rate=check_positive("rate", given.rate),
            epochs=epochs,
            momentum=momentum,
            cost_power=None if given.cost_power is None else check_positive("cost_power", given.cost_power),
            constraint=check_choice("constraint", given.constraint, ("rescale", "clip")),
            start=start,
            record_every=None if every is None else check_integer("record_every", every, minimum=1),
            minibatches=minibatches,
            noise=_checked_noise(given.noise, epochs),
            dtype=check_choice("dtype", given.dtype, ("float64", "float32")),
            device=_checked_device(given.device),
        )

    def starts(self, data: TrainingSet, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The memories (K, N) and labels (K, C) at epoch 0."""
        if isinstance(self.start, tuple):
            return self.start
        return self.start.draw(seed, (self.memories, data.images.shape[1]), data.targets.shape[1])

    def recorded_epochs(self) -> list[int]:
        """The epochs that are kept: 0, k, 2k, … and the last, or the last alone."""
        if self.record_every is None:
            return [self.epochs]
        return sorted({*range(0, self.epochs + 1, self.record_every), self.epochs})

    def described(self) -> dict[str, str | int | float]:
        """The options as text and numbers, for a file's attributes; "" stands for None."""
        described = {name: "" if value is None else value for name, value in vars(self).items()}
        described["noise"] = "" if self.noise is None else json.dumps(asdict(self.noise))
        if isinstance(self.start, tuple):
            content = b"".join(repr(array.shape).encode() + array.tobytes() for array in self.start)
            described["start"] = f"given, sha256 {hashlib.sha256(content).hexdigest()}"
        else:
            described["start"] = f"random, mean {self.start.mean:g}, spread {self.start.spread:g}"
        return described


def _checked_start(
    start: Any, memories: Any, data: TrainingSet
) -> tuple[np.ndarray, np.ndarray] | RandomStart:
    if start is None or isinstance(start, RandomStart):
        return start or RandomStart()
    pixels, categories = data.images.shape[1], data.targets.shape[1]
    if not isinstance(start, (tuple, list)) or len(start) != 2:
        allowed = f"a RandomStart or a pair: memories (K, {pixels}) and labels (K, {categories})"
        raise refuse("start", start, allowed, TypeError)
    start_memories = check_finite_array("start[0]", start[0], (None, pixels))
    if len(start_memories) == 0:
        raise refuse("start[0]", start_memories, "at least one memory")
    # A start brings its own number of memories; one that was asked for besides must be the same.
    if memories not in (len(start_memories), Options.memories):
        raise refuse("memories", memories, f"the number of memories in start, {len(start_memories)}")
    start_labels = check_finite_array("start[1]", start[1], (len(start_memories), categories))
    return start_memories.copy(), start_labels.copy()


def _checked_noise(noise: Any, epochs: int) -> NoisePulses | None:
    if noise is None:
        return None
    if isinstance(noise, Mapping):
        if not {"epochs", "std"} <= set(noise) <= {"epochs", "std", "mean"}:
            raise refuse("noise", noise, "a NoisePulses, or a mapping with epochs, std and perhaps mean")
        noise = NoisePulses(**noise)
    if not isinstance(noise, NoisePulses):
        raise refuse("noise", noise, "None, a NoisePulses, or a mapping with its fields", TypeError)
    if noise.epochs and noise.epochs[-1] > epochs:
        raise refuse("noise.epochs", noise.epochs[-1], f"at most the number of epochs, {epochs}")
    return noise


def _checked_device(device: Any) -> str:
    allowed = "'cpu', or 'cuda' or 'cuda:<index>' where a CUDA GPU is present"
    if not isinstance(device, str):
        raise refuse("device", device, allowed, TypeError)
    kind, _, index = device.partition(":")
    if kind not in ("cpu", "cuda") or (index and not (kind == "cuda" and index.isdigit())):
        raise refuse("device", device, allowed)
    if kind == "cuda" and int(index or 0) >= torch.cuda.device_count():
        raise refuse("device", device, f"{allowed} (this machine shows {torch.cuda.device_count()})")
    return device

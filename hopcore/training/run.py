"""Training one network, or a stack of networks that differ in n, temperature and seed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import xarray as xr

from hopcore._checks import check_flag, refuse
from hopcore.data import TrainingSet

from .features import features_of
from .learner import Learner
from .options import NoisePulses, Options, RandomStart, Run
from .recording import Recording, compact_is_smaller
from .results import to_dataset
from .schedule import present


def train(
    data: TrainingSet,
    *,
    n: float | Sequence[float] | np.ndarray | Callable[[int], float] = 30.0,
    rescaled_temperature: float | Sequence[float] | np.ndarray | Callable[[int], float] = 0.85,
    memories: int = 100,
    rate: float = 0.005,
    epochs: int = 3500,
    momentum: float = 0.0,
    cost_power: float | None = None,
    constraint: str = "rescale",
    start: tuple[Any, Any] | RandomStart | None = None,
    seed: int = 0,
    record_every: int | None = None,
    minibatches: int = 1,
    noise: NoisePulses | dict | None = None,
    dtype: str = "float64",
    device: str = "cpu",
    progress: bool = False,
) -> xr.Dataset:
    """Train one network by the paper's learning rule (arXiv 2312.03012, appendix and supplement).

    Parameters
    ----------
    data : the training set: S images of N pixels and their categories.
    n : power of the rectified polynomial, real, above 1; or a schedule, see below.
    rescaled_temperature : T_r = T/N, above 0; or a schedule.
    memories : number K of memories; a given start brings its own.
    rate : learning rate ε, the largest change of a pixel, or of a label, in one step.
    epochs : passes over the images, 0 or more.
    momentum : from 0 up to 1, the part of the last velocity that is carried over.
    cost_power : m in the cost Σ|o − t|^(2m), real, above 0; None means m = n, at every epoch.
    constraint : "rescale" divides a memory by its largest absolute pixel where that exceeds 1, and keeps it a
        combination of images; "clip" cuts single pixels to [−1, 1].
    start : memories (K, N) and labels (K, C) at epoch 0, or a `RandomStart`; None is ``RandomStart()``.
    seed : of the random start and of the noise, an integer from 0.
    record_every : k keeps the epochs 0, k, 2k, … and the last; None keeps the last alone.
    minibatches : B steps per epoch; minibatch b holds the images b, b + B, b + 2B, …
    noise : `NoisePulses`, or a mapping with its fields: added in the last step of the listed epochs.
    dtype : "float64" or "float32".
    device : "cpu", "cuda" or "cuda:<index>".
    progress : show a progress bar with the time left.

    Returns
    -------
    xarray.Dataset
        ``memories`` (epoch, memory, pixel) and ``labels`` (epoch, memory, category); the coordinate ``epoch``
        counts completed epochs, ``category_name`` is there if categories have names. The attributes hold
        every parameter, the data's fingerprint and the versions.
        Of a long trajectory the weights of the images are stored instead (``image_weights``, ``kept``,
        ``base``, …), and ``memories`` is computed from them on access, epoch by epoch. What has a schedule
        is also a variable, ``rescaled_temperature_schedule`` (step) and the like; the coordinate ``step``
        counts epochs from 1, and the attribute of that name is the value of the last epoch.

    Raises
    ------
    ValueError, TypeError
        For a wrong argument, before any work; the message names it, its value and what is allowed.
    FloatingPointError
        If rate, n or cost_power are so large that numbers overflow.

    Notes
    -----
    A *schedule* of ``n`` or ``rescaled_temperature`` is an array of one number for each epoch, whose
    entry e holds during epoch e + 1, or a function that is called with the epochs 1, 2, … and returns what
    holds during each, such as ``lambda epoch: 1.1 if epoch <= 2000 else 0.85``. A constant schedule gives the
    run without one, bit for bit.

    Two exact forms of the same rule exist, which differ by rounding alone, and the one with fewer operations
    is used (attribute ``form``): "dual" advances overlaps, "primal" pixels.

    The same call gives the same result bit for bit on one machine, for the same number of threads
    (``torch.set_num_threads``). Between machines, or numbers of threads, sums are taken in other orders and
    the last digits differ; learning amplifies such differences at a split, so single memories may take
    another branch.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=20, record_every=10)
    >>> run.memories.dims, run.memories.shape
    (('epoch', 'memory', 'pixel'), (3, 4, 784))
    >>> run.epoch.values.tolist()
    [0, 10, 20]
    """
    check_flag("progress", progress)
    options = Options.checked(
        data, memories=memories, rate=rate, epochs=epochs, momentum=momentum, cost_power=cost_power,
        constraint=constraint, start=start, record_every=record_every, minibatches=minibatches, noise=noise,
        dtype=dtype, device=device,
    )  # fmt: skip
    run = Run.scheduled(n, rescaled_temperature, seed, options.epochs)
    if not progress:
        return train_stack(data, options, [run])[0]
    from tqdm.auto import tqdm

    with tqdm(total=options.epochs, unit="epoch", desc="training") as bar:
        return train_stack(data, options, [run], bar.update)[0]


def train_stack(
    data: TrainingSet, options: Options, runs: Sequence[Run], advanced: Callable[[int], Any] | None = None
) -> list[xr.Dataset]:
    """Train several networks in one stack of arrays; one dataset for each run, as `train` gives it.

    Each result equals, bit for bit, that of the run alone if N is a multiple of 16, as for MNIST, and every
    minibatch has several images; otherwise to rounding. This holds on one thread. On a CPU a few runs keep
    their arrays in cache; a GPU takes as many as its memory holds.

    The options are from `Options.checked`; ``advanced`` is called with the number of epochs done since its
    last call. A run whose schedule is not one of the options' epochs is a ValueError.
    """
    learner, recording = _trained(data, options, runs, advanced)
    form = learner.features.name
    return [to_dataset(recording, index, data, options, run, form) for index, run in enumerate(runs)]


def train_final(data: TrainingSet, options: Options, runs: Sequence[Run]) -> tuple[np.ndarray, np.ndarray]:
    """The final memories (R, K, N) and labels (R, K, C) alone of what `train_stack` trains, as arrays."""
    _, recording = _trained(data, replace(options, record_every=None), runs)
    return recording.memories[-1], recording.labels[-1]


def build_learner(data: TrainingSet, options: Options, runs: Sequence[Run]) -> Learner:
    """The state at epoch 0 of several networks, ready to advance together."""
    for run in runs:
        for name, schedule in run.schedules().items():
            if len(schedule.values) != options.epochs:
                raise refuse(name, schedule, f"a schedule of the {options.epochs} epochs")
    start = _stacked([options.starts(data, run.seed) for run in runs])
    features = features_of(data, options.constraint)
    return Learner(features, data.targets, start, options, **_conditions(options, runs, 0))


def _conditions(options: Options, runs: Sequence[Run], done: int) -> dict[str, np.ndarray]:
    """What holds in the epoch after ``done`` completed ones, each (R,)."""
    n = np.array([present(run.n, done) for run in runs])
    return {
        "n": n,
        "temperature": np.array([present(run.rescaled_temperature, done) for run in runs]),
        "cost_power": n if options.cost_power is None else np.full(len(runs), options.cost_power),
    }


def _stacked(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Memories (R, K, N) and labels (R, K, C) of pairs (K, N) and (K, C)."""
    memories, labels = zip(*pairs, strict=True)
    return np.stack(memories), np.stack(labels)


def _trained(
    data: TrainingSet, options: Options, runs: Sequence[Run], advanced: Callable[[int], Any] | None = None
) -> tuple[Learner, Recording]:
    learner, recording = build_learner(data, options, runs), Recording()
    keep, noise = options.recorded_epochs(), options.noise
    pulses = () if noise is None else noise.epochs
    shape = options.memories, data.images.shape[1]
    sizes = len(keep), 1 + len(pulses), options.memories, *data.images.shape
    compact = learner.dual and compact_is_smaller(*sizes)
    # The run is cut where something happens: a kept epoch, a pulse, another n or temperature, or a sign of
    # life for the progress bar.
    beats = range(0, options.epochs, 50)
    changes = {change for run in runs for schedule in run.schedules().values() for change in schedule.changes}
    cuts = {*keep, *pulses, *(pulse - 1 for pulse in pulses), *changes, *beats, options.epochs} - {0}
    done = 0
    with torch.inference_mode():
        if 0 in keep:
            recording.add(0, learner, compact)
        for stop in sorted(cuts):
            if done in changes:
                learner.set_conditions(**_conditions(options, runs, done))
            if noise is not None and stop in pulses:
                learner.epochs(stop - done - 1)
                pulse = [noise.draw(run.seed, stop, shape, data.targets.shape[1]) for run in runs]
                learner.epoch(_stacked(pulse))
            else:
                learner.epochs(stop - done)
            if stop in keep:
                recording.add(stop, learner, compact)
            if advanced is not None:
                advanced(stop - done)
            done = stop
    return learner, recording

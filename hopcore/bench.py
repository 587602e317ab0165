"""The speed of training: ``hopcore bench`` times an epoch in several ways, in turn, round after round.

What is compared is compared within a round.
"""

import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby, product
from statistics import median
from timeit import Timer
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from hopcore._threads import threads
from hopcore.data import TrainingSet, training_set
from hopcore.paper import FIGURES
from hopcore.sweeps import sweep
from hopcore.sweeps.stacks import stack_size, worker_pool
from hopcore.training import Options, Run
from hopcore.training.results import versions
from hopcore.training.run import build_learner

__all__ = ["Table", "run_table"]

Case = Callable[[], object]

N, RESCALED_TEMPERATURE, SEED = 30.0, 0.85, 0
STANDARD_RUN = Run(N, RESCALED_TEMPERATURE, SEED)
"""The paper's most used network: n = 30, T_r = 0.85, 100 memories, 200 images."""

QUICK_EPOCHS = 100
"""Length of the runs of a quick table."""

ROUND_SECONDS = 0.05
"""How long a case runs in one round: long beside the clock, short beside changes of the machine's load."""

_SWEEP: dict[str, Any] = {"n": [10, 20, 30, 40], "rescaled_temperature": [0.7, 0.85, 1], "seed": (0, 1)}


@dataclass(frozen=True)
class Row:
    """One measurement: what, a number, its unit."""

    section: str
    what: str
    value: float
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """All measurements of one process on one machine."""

    machine: dict[str, str]
    rows: list[Row]

    def to_json(self) -> str:
        """The table as JSON text."""
        return json.dumps(asdict(self), indent=1)

    def __str__(self) -> str:
        lines = [", ".join(f"{name} {value}" for name, value in self.machine.items())]
        for section, rows in groupby(self.rows, lambda row: row.section):
            lines += ["", section, *(f"  {row.what:<64} {row.value:>10.4g} {row.unit}" for row in rows)]
        return "\n".join(lines)


def epoch(data: TrainingSet, *, runs: int = 1, **options) -> Case:
    """One epoch of hopcore's training, of a stack of runs; the form is chosen as `train` chooses it."""
    learner = build_learner(data, Options.checked(data, **options), [STANDARD_RUN] * runs)
    return torch.inference_mode()(learner.epoch)


def products(data: TrainingSet, *, memories: int = 100, dtype: str = "float64") -> Case:
    """The two products that any direct evaluation needs: overlaps M·Xᵀ and memory steps W·X."""
    kind = getattr(torch, dtype)
    images = torch.as_tensor(data.images.copy()).to(kind)
    generator = torch.Generator().manual_seed(0)
    state = torch.rand(memories, images.shape[1], dtype=kind, generator=generator)
    weights = torch.rand(memories, images.shape[0], dtype=kind, generator=generator)
    overlaps, step = torch.empty_like(weights), torch.empty_like(state)

    @torch.inference_mode()
    def both() -> None:
        torch.mm(state, images.T, out=overlaps)
        torch.mm(weights, images, out=step)

    return both


def image_loop(data: TrainingSet) -> Case:
    """One epoch in NumPy, image by image, in the style of the paper's programs.

    One pass over the images sums the memories' gradient, another the labels'; each evaluates the network.
    """
    memories, labels = (part.copy() for part in Options.checked(data).starts(data, SEED))
    n, pixels = N, data.images.shape[1]
    temperature = RESCALED_TEMPERATURE * pixels

    def activations(image: np.ndarray) -> np.ndarray:
        overlaps = np.dot(memories, image)
        return (overlaps + np.abs(overlaps)) / (2 * temperature)

    def slopes(image: np.ndarray, target: np.ndarray) -> np.ndarray:
        powers = np.repeat(activations(image) ** n, labels.shape[1]).reshape(labels.shape)
        scores = np.tanh(np.sum(labels * powers, axis=0))
        errors = scores - target
        return np.sign(errors) * np.abs(errors) ** (2 * n - 1) * (1 - scores**2)

    def one_epoch() -> None:
        by_memories, by_labels = np.zeros_like(memories), np.zeros_like(labels)
        for image, target in zip(data.images, data.targets, strict=True):
            pull = np.sum(labels * slopes(image, target), axis=1) * activations(image) ** (n - 1)
            by_memories += image * np.repeat(pull, pixels).reshape(memories.shape)
        for image, target in zip(data.images, data.targets, strict=True):
            powers = np.repeat(activations(image) ** n, labels.shape[1]).reshape(labels.shape)
            by_labels += slopes(image, target) * powers
        for values, gradient in ((memories, by_memories), (labels, by_labels)):
            values -= 0.005 * gradient / np.abs(gradient).max(axis=1, keepdims=True)
        np.clip(labels, -1, 1, out=labels)
        memories[:] /= np.maximum(1, np.abs(memories).max(axis=1, keepdims=True))

    return one_epoch


def autograd(data: TrainingSet, *, dtype: str = "float64") -> Case:
    """One epoch in torch as one would first write it: the cost, ``backward``, a normalised step."""
    kind = getattr(torch, dtype)
    images, targets = (torch.as_tensor(part.copy()).to(kind) for part in (data.images, data.targets))
    start = Options.checked(data).starts(data, SEED)
    memories, labels = (torch.as_tensor(part).to(kind).requires_grad_() for part in start)
    n, temperature = N, RESCALED_TEMPERATURE * images.shape[1]

    def one_epoch() -> None:
        powers = (torch.relu(memories @ images.T) / temperature) ** n
        cost = ((torch.tanh(powers.T @ labels) - targets).abs() ** (2 * n)).sum()
        gradients = torch.autograd.grad(cost, (memories, labels))
        with torch.no_grad():
            for values, gradient in zip((memories, labels), gradients, strict=True):
                size = gradient.abs().amax(dim=1, keepdim=True).clamp(min=torch.finfo(kind).tiny)
                values -= 0.005 * gradient / size
            labels.clamp_(-1, 1)
            memories.div_(memories.abs().amax(dim=1, keepdim=True).clamp(min=1))

    return one_epoch


def seconds_per_call(measured: Mapping[str, Case], rounds: int) -> dict[str, list[float]]:
    """Seconds per call of every case in every round."""
    timers = {name: Timer(case) for name, case in measured.items()}
    repeats = {}
    for name, timer in timers.items():
        timer.timeit(1)  # the first call allocates
        repeats[name] = max(1, round(ROUND_SECONDS / max(timer.timeit(1), 1e-9)))
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, timer in timers.items():
            times[name].append(timer.timeit(repeats[name]) / repeats[name])
    return times


def ratio(times: Mapping[str, list[float]], case: str, reference: str) -> float:
    """Median over the rounds of the time of a case in units of another's, in the same round."""
    return median(one / other for one, other in zip(times[case], times[reference], strict=True))


def run_table(quick: bool = False) -> Table:
    """Measure everything; a few minutes on two cores, a quarter of that if ``quick``."""
    rounds = 5 if quick else 15
    machine = {
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": str(os.cpu_count()),
        "vector instructions": torch.backends.cpu.get_cpu_capability(),
        **versions(),
    }
    data = training_set()
    large = training_set(per_digit=450)
    parts = {
        "the standard network": _epochs("the standard network", data, rounds, others=True),
        "many images": _epochs(f"{len(large):,} images and 1,000 memories", large, rounds, memories=1000),
        "sweeps": _sweeps(data, QUICK_EPOCHS if quick else 500),
        "the figures": _projections(rounds),
    }
    rows: list[Row] = []
    with tqdm(parts, unit="part", leave=False, disable=None) as bar:  # on a terminal
        for name in bar:
            bar.set_description(name)
            rows += parts[name]
    return Table(machine, rows)


def _epochs(
    name: str, data: TrainingSet, rounds: int, *, memories: int = 100, others: bool = False
) -> Iterator[Row]:
    """An epoch beside the products that it cannot do without and, with `others`, other ways to compute it."""
    for count, dtype in product((1, 2), ("float64", "float32")):
        section = f"One epoch of {name}, {dtype}, threads: {count}"
        beside = {"plain torch with autograd": autograd(data, dtype=dtype)} if others else {}
        if others and dtype == "float64":
            beside["NumPy loop over images"] = image_loop(data)
        with threads(count):
            measured = {
                "products": products(data, memories=memories, dtype=dtype),
                "epoch": epoch(data, memories=memories, dtype=dtype),
            }
            times = seconds_per_call({**measured, **beside}, rounds)
        yield Row(section, "the two products M·Xᵀ and W·X alone", 1e3 * median(times["products"]), "ms")
        yield Row(section, "epoch", 1e3 * median(times["epoch"]), "ms")
        yield Row(section, "epoch / products", ratio(times, "epoch", "products"))
        for other in beside:
            yield Row(section, f"{other} / epoch", ratio(times, other, "epoch"))


def _sweeps(data: TrainingSet, epochs: int) -> Iterator[Row]:
    networks = len(list(product(*_SWEEP.values())))
    section = f"{networks} standard networks of {epochs} epochs in a sweep, float64"
    with worker_pool(1) as one, worker_pool(2) as two:
        pools = {"workers: 1": one, "workers: 2": two}
        sweeps = {name: partial(sweep, data, **_SWEEP, epochs=epochs, executor=pools[name]) for name in pools}
        times = seconds_per_call(sweeps, rounds=3)
    for name in pools:
        per_epoch = median(times[name]) / (networks * epochs)
        yield Row(section, f"per run and epoch, {name}", 1e3 * per_epoch, "ms")
    yield Row(section, "one worker / two workers", ratio(times, *pools))


def _projections(rounds: int) -> Iterator[Row]:
    section = "Training of each figure at the paper's scale, float64, two workers (projected)"
    for figure in FIGURES.values():
        if figure.epochs:
            runs = len(figure.n) * len(figure.temperature)
            data = training_set(digits=figure.digits, per_digit=figure.per_digit)
            stacked = min(runs, stack_size(data, Options.checked(data, memories=figure.memories)))
            with threads(1):
                case = epoch(data, memories=figure.memories, runs=stacked)
                seconds = median(seconds_per_call({"epoch": case}, rounds)["epoch"]) / stacked
            minutes = runs * figure.epochs * seconds / 2 / 60
            yield Row(section, f"Figure {figure.figure}: {runs} runs", minutes, "min")

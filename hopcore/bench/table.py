"""The table of `hopcore bench`."""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby, product
from statistics import median
from typing import Any

import torch

from hopcore._threads import threads
from hopcore.data import TrainingSet, training_set
from hopcore.paper import FIGURES, FigureParameters
from hopcore.sweeps import sweep
from hopcore.sweeps.stacks import stack_size, worker_pool
from hopcore.training import Options
from hopcore.training.results import versions

from . import cases
from .timing import ratio, seconds_per_call

QUICK_EPOCHS = 100
"""Length of the runs of a quick table."""

LARGE = {"per_digit": 450, "memories": 1000}
"""A large network: 4,500 images and 1,000 memories."""

_SWEEP: dict[str, Any] = {
    "n": [10.0, 20.0, 30.0, 40.0],
    "rescaled_temperature": [0.7, 0.85, 1.0],
    "seed": (0, 1),
}
_KINDS = tuple(product((1, 2), ("float64", "float32")))
"""Numbers of threads, and types."""


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
    rows = [
        *_epochs(data, rounds),
        *_large_epochs(rounds),
        *_sweeps(data, QUICK_EPOCHS if quick else 500),
        *_projections(rounds),
    ]
    return Table(machine, rows)


def _epochs(data: TrainingSet, rounds: int) -> Iterator[Row]:
    for count, dtype in _KINDS:
        others = {"plain torch with autograd": cases.autograd(data, dtype=dtype)}
        if dtype == "float64":
            others["NumPy loop over images"] = cases.image_loop(data)
        yield from _epoch("the standard network", data, rounds, count, dtype, others=others)


def _large_epochs(rounds: int) -> Iterator[Row]:
    data = training_set(per_digit=LARGE["per_digit"])
    name = f"{len(data):,} images and {LARGE['memories']:,} memories"
    for count, dtype in _KINDS:
        yield from _epoch(name, data, rounds, count, dtype, memories=LARGE["memories"])


def _epoch(
    name: str,
    data: TrainingSet,
    rounds: int,
    count: int,
    dtype: str,
    *,
    memories: int = 100,
    others: Mapping[str, cases.Case] = {},
) -> Iterator[Row]:
    """An epoch beside the products that it cannot do without, and other ways to compute it beside it."""
    section = f"One epoch of {name}, {dtype}, threads: {count}"
    with threads(count):
        measured = {
            "products": cases.products(data, memories=memories, dtype=dtype),
            "epoch": cases.epoch(data, memories=memories, dtype=dtype),
        }
        times = seconds_per_call({**measured, **others}, rounds)
    yield Row(section, "the two products M·Xᵀ and W·X alone", 1e3 * median(times["products"]), "ms")
    yield Row(section, "epoch", 1e3 * median(times["epoch"]), "ms")
    yield Row(section, "epoch / products", ratio(times, "epoch", "products"))
    for other in others:
        yield Row(section, f"{other} / epoch", ratio(times, other, "epoch"))


def _sweeps(data: TrainingSet, epochs: int) -> Iterator[Row]:
    networks = len(list(product(*_SWEEP.values())))
    section = f"{networks} standard networks of {epochs} epochs in a sweep, float64"
    with worker_pool(1) as one, worker_pool(2) as two:
        pools = {"workers: 1": one, "workers: 2": two}
        measured = {
            name: partial(sweep, data, **_SWEEP, epochs=epochs, executor=pool) for name, pool in pools.items()
        }
        times = seconds_per_call(measured, rounds=3)
    for name in pools:
        per_epoch = median(times[name]) / (networks * epochs)
        yield Row(section, f"per run and epoch, {name}", 1e3 * per_epoch, "ms")
    yield Row(section, "one worker / two workers", ratio(times, *pools))


def _projections(rounds: int) -> Iterator[Row]:
    section = "Training of each figure at the paper's scale, float64, two workers (projected)"
    for figure in FIGURES.values():
        if figure.epochs:
            runs = len(figure.n) * len(figure.temperature)
            yield Row(section, f"Figure {figure.figure}: {runs} runs", _minutes(figure, runs, rounds), "min")


def _minutes(figure: FigureParameters, runs: int, rounds: int) -> float:
    data = training_set(digits=figure.digits, per_digit=figure.per_digit)
    stacked = min(runs, stack_size(data, Options.checked(data, memories=figure.memories)))
    with threads(1):
        case = cases.epoch(data, memories=figure.memories, runs=stacked)
        epoch = median(seconds_per_call({"epoch": case}, rounds)["epoch"]) / stacked
    return runs * figure.epochs * epoch / 2 / 60

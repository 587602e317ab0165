"""The table of `hopcore bench`."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import product
from statistics import median
from typing import Any

import torch

from hopcore._threads import threads
from hopcore.data import TrainingSet, training_set
from hopcore.paper import FIGURES, FigureParameters
from hopcore.sweeps import sweep
from hopcore.sweeps.stacks import bytes_per_run, stack_size, worker_pool
from hopcore.training import Options, train
from hopcore.training.results import versions
from hopcore.training.run import build_learner

from . import cases
from .timing import ratio, seconds_per_call

QUICK_EPOCHS = 100
"""Length of the runs of a quick table."""

_SWEEP: dict[str, Any] = {
    "n": [10.0, 20.0, 30.0, 40.0],
    "rescaled_temperature": [0.7, 0.85, 1.0],
    "seed": (0, 1),
}


@dataclass(frozen=True)
class Row:
    """One measurement: what, a number, its unit."""

    section: str
    what: str
    value: float
    unit: str


@dataclass
class Table:
    """All measurements of one process on one machine."""

    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)

    def add(self, section: str, what: str, value: float, unit: str) -> None:
        """One more row."""
        self.rows.append(Row(section, what, value, unit))

    def to_json(self) -> str:
        """The table as JSON text."""
        return json.dumps(asdict(self), indent=1)

    def __str__(self) -> str:
        lines = [", ".join(f"{name} {value}" for name, value in self.machine.items())]
        section = None
        for row in self.rows:
            if row.section != section:
                section = row.section
                lines += ["", section]
            lines.append(f"  {row.what:<64} {row.value:>10.4g} {row.unit}")
        return "\n".join(lines)


def run_table(quick: bool = False) -> Table:
    """Measure everything; about four minutes on two cores, a quarter of that if ``quick``."""
    rounds = 5 if quick else 15
    machine = {
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": str(os.cpu_count()),
        "vector instructions": torch.backends.cpu.get_cpu_capability(),
        **versions(),
    }
    table = Table(machine)
    data = training_set()
    _one_network(table, data, rounds)
    epochs = QUICK_EPOCHS if quick else 500
    _in_a_sweep(table, data, epochs)
    _scaling(table, data, rounds)
    _recording(table, data, epochs)
    _projection(table, rounds)
    return table


def _one_network(table: Table, data: TrainingSet, rounds: int) -> None:
    for count in (1, 2):
        for dtype in ("float64", "float32"):
            section = f"One epoch of the standard network, {dtype}, threads: {count}"
            with threads(count):
                measured = {
                    "products": cases.products(data, dtype=dtype),
                    "epoch": cases.epoch(data, dtype=dtype),
                    "primal epoch": cases.epoch(data, dtype=dtype, constraint="clip"),
                    "autograd": cases.autograd(data, dtype=dtype),
                }
                if dtype == "float64":
                    measured["image loop"] = cases.image_loop(data)
                times = seconds_per_call(measured, rounds)
            table.add(section, "the two products M·Xᵀ and W·X alone", 1e3 * median(times["products"]), "ms")
            table.add(section, "epoch", 1e3 * median(times["epoch"]), "ms")
            table.add(section, "epoch / products", ratio(times, "epoch", "products"), "")
            table.add(
                section, "epoch in the primal form / products", ratio(times, "primal epoch", "products"), ""
            )
            table.add(section, "plain torch with autograd / epoch", ratio(times, "autograd", "epoch"), "")
            if "image loop" in times:
                table.add(section, "NumPy loop over images / epoch", ratio(times, "image loop", "epoch"), "")


def _in_a_sweep(table: Table, data: TrainingSet, epochs: int) -> None:
    networks: list[dict[str, Any]] = [
        dict(zip(_SWEEP, values, strict=True)) for values in product(*_SWEEP.values())
    ]
    section = f"{len(networks)} standard networks of {epochs} epochs in a sweep, float64"

    def one_by_one(count: int) -> None:
        with threads(count):
            for network in networks:
                train(data, **network, epochs=epochs)

    with worker_pool(1) as one, worker_pool(2) as two:
        measured: dict[str, cases.Case] = {}
        for count, pool in ((1, one), (2, two)):
            measured[f"sweep {count}"] = partial(sweep, data, **_SWEEP, epochs=epochs, executor=pool)
            measured[f"one by one {count}"] = partial(one_by_one, count)
        times = seconds_per_call(measured, rounds=3)
    for count in (1, 2):
        per_epoch = median(times[f"sweep {count}"]) / (len(networks) * epochs)
        table.add(section, f"per run and epoch, workers: {count}", 1e3 * per_epoch, "ms")
        alone = ratio(times, f"sweep {count}", f"one by one {count}")
        table.add(section, f"the same / the same networks one by one, threads: {count}", alone, "")
    table.add(section, "one worker / two workers", ratio(times, "sweep 1", "sweep 2"), "")


def _scaling(table: Table, data: TrainingSet, rounds: int) -> None:
    section = "Growth of an epoch, float64, one thread; 1 is the standard network"
    with threads(1):
        measured = {"standard": cases.epoch(data)}
        measured |= {f"memories K = {k}": cases.epoch(data, memories=k) for k in (25, 50, 200, 400)}
        for per_digit in (5, 10, 40, 80):
            measured[f"images S = {10 * per_digit}"] = cases.epoch(training_set(per_digit=per_digit))
        for stride in (4, 2):
            smaller = TrainingSet(data.images[:, ::stride], data.digits)
            measured[f"pixels N = {smaller.images.shape[1]}"] = cases.epoch(smaller)
        for runs in (2, 4):
            measured[f"runs in one stack: {runs}, per run"] = cases.epoch(data, runs=runs)
        times = seconds_per_call(measured, rounds)
    for name in measured:
        stacked = int(name.split(":")[1].split(",")[0]) if "stack" in name else 1
        if name != "standard":
            table.add(section, name, ratio(times, name, "standard") / stacked, "")


def _recording(table: Table, data: TrainingSet, epochs: int) -> None:
    section = "Memory and recording, standard network"
    options = Options.checked(data)
    features = build_learner(data, options, [cases.STANDARD_RUN]).features
    table.add(section, "arrays that an epoch passes over", bytes_per_run(options, features) / 2**20, "MiB")
    with threads(1):
        times = seconds_per_call(
            {
                "plain": lambda: train(data, epochs=epochs),
                "recorded": lambda: train(data, epochs=epochs, record_every=10),
            },
            rounds=5,
        )
    table.add(section, "record_every=10: added time", 100 * (ratio(times, "recorded", "plain") - 1), "%")
    run = train(data, epochs=epochs, record_every=10)
    stored = [variable for name, variable in run.variables.items() if name != "memories"]
    growing = sum(variable.nbytes for variable in stored if "epoch" in variable.dims)
    fixed = sum(variable.nbytes for variable in stored) - growing
    size = fixed + growing / run.sizes["epoch"] * (3500 / 10 + 1)
    table.add(section, "a trajectory of 3,500 epochs at that rate", size / 1e6, "MB")


def _projection(table: Table, rounds: int) -> None:
    section = "Training of each figure at the paper's scale, float64, two workers (projected)"
    for figure in FIGURES.values():
        if figure.epochs:
            table.add(
                section, f"Figure {figure.figure}: {_runs(figure)} runs", _minutes(figure, rounds), "min"
            )


def _runs(figure: FigureParameters) -> int:
    return len(figure.n) * len(figure.temperature)


def _minutes(figure: FigureParameters, rounds: int) -> float:
    data = training_set(digits=figure.digits, per_digit=figure.per_digit)
    stacked = min(_runs(figure), stack_size(data, Options.checked(data, memories=figure.memories)))
    with threads(1):
        case = cases.epoch(data, memories=figure.memories, runs=stacked)
        epoch = median(seconds_per_call({"epoch": case}, rounds)["epoch"]) / stacked
    return _runs(figure) * figure.epochs * epoch / 2 / 60

"""The table of `hopcore bench`: cases in turn, round after round, compared within a round."""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby, product
from statistics import median
from time import perf_counter
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


def seconds_per_call(measured: Mapping[str, cases.Case], rounds: int) -> dict[str, list[float]]:
    """Seconds per call of every case in every round."""
    repeats = {}
    for name, case in measured.items():
        case()  # the first call allocates
        start = perf_counter()
        case()
        repeats[name] = max(1, round(ROUND_SECONDS / max(perf_counter() - start, 1e-9)))
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, case in measured.items():
            start = perf_counter()
            for _ in range(repeats[name]):
                case()
            times[name].append((perf_counter() - start) / repeats[name])
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
    rows = [
        *_epochs("the standard network", data, rounds, others=True),
        *_epochs(f"{len(large):,} images and 1,000 memories", large, rounds, memories=1000),
        *_sweeps(data, QUICK_EPOCHS if quick else 500),
        *_projections(rounds),
    ]
    return Table(machine, rows)


def _epochs(
    name: str, data: TrainingSet, rounds: int, *, memories: int = 100, others: bool = False
) -> Iterator[Row]:
    """An epoch beside the products that it cannot do without and, with `others`, other ways to compute it."""
    for count, dtype in product((1, 2), ("float64", "float32")):
        section = f"One epoch of {name}, {dtype}, threads: {count}"
        beside = {"plain torch with autograd": cases.autograd(data, dtype=dtype)} if others else {}
        if others and dtype == "float64":
            beside["NumPy loop over images"] = cases.image_loop(data)
        with threads(count):
            measured = {
                "products": cases.products(data, memories=memories, dtype=dtype),
                "epoch": cases.epoch(data, memories=memories, dtype=dtype),
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
            yield Row(section, f"Figure {figure.figure}: {runs} runs", _minutes(figure, runs, rounds), "min")


def _minutes(figure: FigureParameters, runs: int, rounds: int) -> float:
    data = training_set(digits=figure.digits, per_digit=figure.per_digit)
    stacked = min(runs, stack_size(data, Options.checked(data, memories=figure.memories)))
    with threads(1):
        case = cases.epoch(data, memories=figure.memories, runs=stacked)
        epoch = median(seconds_per_call({"epoch": case}, rounds)["epoch"]) / stacked
    return runs * figure.epochs * epoch / 2 / 60

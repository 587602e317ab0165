"""The cases of ``hopcore bench`` under pytest-benchmark.

``pytest tests/test_benchmarks.py --benchmark-enable`` measures them. Without that option each case runs
once, which shows that it works; no test asks how long it took.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from inspect import getclosurevars

import numpy as np
import pytest

import hopcore
from hopcore import bench
from hopcore.bench import ratio, run_table, seconds_per_call


@pytest.fixture(scope="module")
def standard():
    return hopcore.training_set()


CASES = {
    "products": bench.products,
    "epoch": bench.epoch,
    "epoch float32": lambda data: bench.epoch(data, dtype="float32"),
    "epoch with momentum": lambda data: bench.epoch(data, momentum=0.5),
    "primal epoch": lambda data: bench.epoch(data, constraint="clip"),
    "two stacked runs": lambda data: bench.epoch(data, runs=2),
    "image loop": bench.image_loop,
    "autograd": bench.autograd,
}


@pytest.mark.parametrize("name", CASES)
def test_epoch(benchmark, standard, name):
    benchmark(CASES[name](standard))


def test_the_compared_programs_compute_the_same_epoch(standard):
    """The image loop and autograd are what hopcore is compared with: they must do the same work."""
    run = hopcore.train(standard, epochs=3, n=bench.STANDARD_RUN.n, seed=bench.STANDARD_RUN.seed)
    for make in (bench.image_loop, bench.autograd):
        case = make(standard)
        for _ in range(3):
            case()
        for name in ("memories", "labels"):
            values = getclosurevars(case).nonlocals[name]
            values = values if isinstance(values, np.ndarray) else values.detach().numpy()
            assert np.abs(values - run[name].values[-1]).max() < 1e-10


def test_ratios_are_taken_within_rounds():
    assert ratio({"a": [2.0, 30.0, 4.0], "b": [1.0, 10.0, 4.0]}, "a", "b") == 2.0
    calls = []
    times = seconds_per_call({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3)
    assert {name: len(values) for name, values in times.items()} == {"a": 3, "b": 3}
    assert all(value > 0 for values in times.values() for value in values)


def test_the_table_has_every_part_and_is_readable_as_json(monkeypatch):
    """The real table, every case of which runs once; workers are threads, which need no time to start."""

    def once(measured, rounds):
        return {name: [float(case() is None) + 1] for name, case in measured.items()}

    monkeypatch.setattr("hopcore.bench.seconds_per_call", once)
    monkeypatch.setattr("hopcore.bench.worker_pool", ThreadPoolExecutor)
    monkeypatch.setattr("hopcore.bench.QUICK_EPOCHS", 2)
    table = run_table(quick=True)
    sections = {row.section for row in table.rows}
    for part in ("float64, threads: 1", "float32, threads: 2", "4,500 images", "in a sweep", "projected"):
        assert any(part in section for section in sections)
    assert all(np.isfinite(row.value) for row in table.rows)
    rows = json.loads(table.to_json())["rows"]
    assert [row["what"] for row in rows] == [row.what for row in table.rows]
    assert all(row.what in str(table) for row in table.rows)

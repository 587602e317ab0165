"""A thousand sweeps in one process leave nothing behind: no memory, no open files, no threads."""

import gc
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import numpy as np
import psutil

import hopcore

WARM, SWEEPS = 100, 1000
BLOCKS, RESIDENT = 2_000, 20_000_000
"""What may stay after a thousand sweeps: Python's objects, and bytes of the process.

A sweep makes several hundred objects and some 20 kB: two objects that stay of each are too many.
"""


def sweep(number: int, folder: Path) -> None:
    """A small sweep unlike all others: its own images, powers and seed, on a path that its number chooses."""
    images = np.random.default_rng(number).uniform(-1, 1, (2, 16))
    data = hopcore.TrainingSet(images, [number % 10, (number + 3) % 10])
    options = {
        "n": (2 + number / 100, 40.5), "rescaled_temperature": 0.3, "seed": number,
        "memories": 2 + number % 2,
        "epochs": 1 + number % 3, "constraint": ("rescale", "clip")[number % 7 == 0],
        "dtype": ("float64", "float32")[number % 5 == 0], "momentum": 0.5 * (number % 3 == 0),
    }  # fmt: skip
    result = hopcore.sweep(data, **options)
    if number % 4 == 0:  # kept, and read again; the same files for all, so that the folder does not grow
        first = {**options, "seed": 0, "n": (3, 4)}
        small = hopcore.TrainingSet(images[:, :1] * 0 + np.arange(16) / 16, data.digits * 0)
        for _ in range(2):
            hopcore.sweep(small, **first, store=folder / "runs")
    if number % 10 == 0:
        with ThreadPoolExecutor(2) as pool:
            assert hopcore.sweep(data, **options, executor=pool).identical(result)
    if number % 50 == 0:
        run = hopcore.train(data, n=3, memories=2, epochs=40, record_every=1)
        hopcore.save_run(run, folder / "run.nc")
        assert hopcore.open_run(folder / "run.nc").memories.equals(run.memories)
        hopcore.coefficients(run.memories[-1], data)


def held() -> dict[str, int]:
    gc.collect()
    return {
        "blocks": sys.getallocatedblocks(),
        "resident": psutil.Process().memory_info().rss,
        "handles": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "system threads": psutil.Process().num_threads(),
        "children": len(psutil.Process().children(recursive=True)),
    }


def test_a_thousand_sweeps_leave_nothing_behind(tmp_path: Path) -> None:
    numbers = count()
    for _ in range(WARM):
        sweep(next(numbers), tmp_path)
    before = held()
    for _ in range(SWEEPS):
        sweep(next(numbers), tmp_path)
    after = held()
    growth = {name: after[name] - before[name] for name in before}
    assert growth["blocks"] < BLOCKS and growth["resident"] < RESIDENT, growth
    for name in ("handles", "threads", "system threads", "children"):
        assert growth[name] <= 0, growth  # fewer where an earlier test's have ended meanwhile

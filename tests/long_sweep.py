"""A sweep to be killed or interrupted: ``python long_sweep.py STORE LOG [WORKERS]``, in that many processes.

Every run is a stack of its own and takes some tenths of a second; its start in this process is logged.
"""

import sys
from contextlib import nullcontext
from pathlib import Path

import hopcore
from hopcore.sweeps import run as sweeps
from hopcore.sweeps import stacks

GRID = {"n": [3, 12.5, 30, 40, 50], "rescaled_temperature": [0.7, 0.85], "seed": 4}
OPTIONS = {"memories": 6, "epochs": 1000}


def data():
    return hopcore.training_set(per_digit=2)


def main(store, log, workers=0):
    stacks.CACHE_BYTES = 1
    trained = sweeps.train_runs

    def logged(data, options, runs):
        with open(log, "a") as file:
            print(len(runs), file=file)
        return trained(data, options, runs)

    sweeps.train_runs = logged
    with hopcore.worker_pool(int(workers)) if workers else nullcontext() as pool:
        hopcore.sweep(data(), **GRID, **OPTIONS, executor=pool, store=Path(store))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A sweep and other writing on a disk that is too small: ``python small_disk.py FOLDER (disk|limit)``.

``disk`` is a file system of its own of 400 kB; ``limit`` lets no file of this process grow beyond 60 kB.
What was seen is printed as JSON.
"""

import json
import resource
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

import hopcore
from hopcore._files import keep_array, kept_array
from hopcore.sweeps import stacks

LIMIT = 60_000
GRID = {"n": range(2, 8), "rescaled_temperature": 0.85, "epochs": 2}


def make_room(folder: Path, how: str) -> None:
    if how == "disk":
        subprocess.run(["mount", "-o", "remount,size=20m", str(folder)], check=True)
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def main(folder: Path, how: str) -> dict:
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))
    data = hopcore.training_set([1, 4], 2, source=small_source())
    seen, trained, train_runs = {}, [], stacks.train_final

    def counted(data, options, runs):
        trained.extend(runs)
        return train_runs(data, options, runs)

    stacks.train_final = counted

    def sweep(memories):
        trained.clear()
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            result = hopcore.sweep(data, **GRID, memories=memories, store=folder / "runs")
        return result, len(trained), [f"{each.category.__name__}: {each.message}" for each in told]

    small, seen["small"], _ = sweep(memories=2)
    hopcore.save_run(hopcore.train(data, memories=2, epochs=1), folder / "run.nc")
    keep_array(folder / "kept.npy", np.zeros(10), "x")
    large, _, seen["told"] = sweep(memories=20)
    seen["kept"] = len(list((folder / "runs").iterdir()))
    again, seen["small again"], seen["told of small"] = sweep(memories=2)
    seen["same"] = again.identical(small)
    try:
        hopcore.save_run(hopcore.train(data, memories=100, epochs=1), folder / "run.nc")
    except OSError as error:
        seen["save_run"] = error.strerror
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        seen["keep_array"] = keep_array(folder / "kept.npy", np.zeros(10**6), "x")
        seen["told of cache"] = [str(each.message) for each in told]
    seen["run"] = hopcore.open_run(folder / "run.nc").sizes["memory"]
    seen["array"] = kept_array(folder / "kept.npy", "x") is not None
    seen["files"] = sorted(path.name for path in folder.iterdir())

    make_room(folder, how)
    again, seen["large again"], seen["told of large"] = sweep(memories=20)
    seen["same"] &= again.identical(large)
    again, seen["large at last"], _ = sweep(memories=20)
    return seen


def small_source():
    """Images without MNIST, whose copy in the cache may be larger than the limit."""
    images = np.random.default_rng(0).uniform(-1, 1, (20, 784))
    return hopcore.TrainingSet(images, np.arange(20) % 10)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))

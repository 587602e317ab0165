"""The work of a sweep in pieces: which runs are trained together, and how a worker trains them."""

import pickle  # noqa: TID251 - the work that a pool sends to its own workers
import zlib
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from multiprocessing import get_context, parent_process

import numpy as np
import torch

from hopcore._checks import check_integer
from hopcore._processes import end_with_parent
from hopcore._threads import threads
from hopcore.data import TrainingSet
from hopcore.sweeps.provenance import provenance
from hopcore.training import Options, Run, train_final
from hopcore.training.features import features_of

CACHE_BYTES = 2**20
"""What the arrays of a stack may take on a processor core: about its own (second) level of cache."""

_DEVICE_SHARE = 0.5
"""The part of a GPU's free memory that a stack may take: products and a recorded epoch need room besides."""

_REGISTER = 16
"""Numbers in the widest vector register, in float32."""

Final = tuple[np.ndarray, np.ndarray]
"""Final memories (R, K, N) and labels (R, K, C) of R runs."""


def stack_size(data: TrainingSet, options: Options) -> int:
    """The largest number of runs to train in one stack.

    On a CPU as many as fit a core's cache, `CACHE_BYTES`: one network of the standard size, a hundred of
    two memories and two images. On a GPU as many as fit half of its free memory. A run alone where an
    image does not fill whole vector registers (N is no multiple of 16), or a minibatch is a single image:
    its last digits would depend on its place in the stack.

    With P features of a memory and S images, every epoch passes over K·(2P + 5S) numbers of a run: the state,
    its change, and intermediate results; momentum adds K·(P + S). The standard network (K = 100, S = 200,
    N = 784, float64) takes 1.9 MiB.
    """
    if data.images.shape[1] % _REGISTER or len(data) < 2 * options.minibatches:
        return 1
    images, width = features_of(data, options.constraint).step.shape
    numbers = 2 * width + 5 * images + bool(options.momentum) * (width + images)
    room = CACHE_BYTES
    if torch.device(options.device).type == "cuda":
        room = int(_DEVICE_SHARE * torch.cuda.mem_get_info(options.device)[0])
    return max(1, room // (options.memories * numbers * np.dtype(options.dtype).itemsize))


def in_stacks(runs: Sequence[Run], largest: int, at_least: int = 1) -> list[tuple[Run, ...]]:
    """The runs in stacks of about equal size: none above ``largest``, and ``at_least`` so many stacks."""
    if not runs:
        return []
    count = min(len(runs), max(at_least, -(-len(runs) // largest)))
    ends = np.linspace(0, len(runs), count + 1).astype(int)
    return [tuple(runs[start:end]) for start, end in pairwise(ends)]


def train_runs(data: TrainingSet, options: Options, runs: Sequence[Run]) -> Final:
    """The final states of some runs, trained in one stack.

    A stack that fails is trained in halves, since it may have been too large for the memory. If a run fails
    on its own, a RuntimeError names it, with the error as its cause.
    """
    try:
        with threads(1):
            return train_final(data, options, runs)
    except Exception as error:
        if len(runs) == 1:
            [run] = runs
            raise RuntimeError(
                f"the run n = {run.n:g}, rescaled_temperature = {run.rescaled_temperature:g}, "
                f"seed = {run.seed} failed: {type(error).__name__}: {error}"
            ) from error
    halves = [train_runs(data, options, half) for half in in_stacks(runs, len(runs), at_least=2)]
    memories, labels = zip(*halves, strict=True)
    return np.concatenate(memories), np.concatenate(labels)


def worker_pool(workers: int | None = None) -> Executor:
    """A pool of processes for sweeps and other work on this machine.

    Each computes with one thread, and ends when this process does, however that ends. There are as many
    ``workers`` as PyTorch has threads here unless a number is given: one for each core, or what the variable
    OMP_NUM_THREADS allows, as where chapters of the book share a machine. Where that is one, the work is done
    in a thread of this process, which needs no second PyTorch in memory. ValueError or TypeError for a number
    that is not a whole one of at least 1.

    Examples
    --------
    >>> import hopcore
    >>> pool = hopcore.worker_pool(workers=2)
    >>> pool.shutdown()
    """
    count = torch.get_num_threads() if workers is None else check_integer("workers", workers, minimum=1)
    if workers is None and count == 1:
        return ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_prepare_worker)


def _prepare_worker() -> None:
    torch.set_num_threads(1)
    end_with_parent()


def pack(data: TrainingSet, options: Options) -> bytes:
    """What all runs of a sweep share, sent to a worker with every task: small, as digits are mostly blank."""
    return zlib.compress(pickle.dumps((provenance(), data, options)), level=1)


def train_packed(packed: bytes, runs: Sequence[Run]) -> Final:
    """`train_runs` in a worker; refused if its digits would differ, by another hopcore, NumPy or PyTorch."""
    if parent_process() is not None:  # not in a thread of the calling process
        end_with_parent()
    wanted, data, options = _unpacked(packed)
    here = provenance()
    differing = [f"{name} {here[name]}, not {wanted[name]}" for name in wanted if wanted[name] != here[name]]
    if differing:
        raise RuntimeError(f"this worker has {'; '.join(differing)}: install the same on all machines")
    return train_runs(data, options, runs)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> tuple[dict[str, str], TrainingSet, Options]:
    return pickle.loads(zlib.decompress(packed))  # noqa: S301 - no file: what this sweep has packed

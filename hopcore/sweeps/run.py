"""Sweeps: many runs that differ in n, temperature and seed, as one labelled dataset."""

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from hopcore._checks import check_flag, refuse
from hopcore._processes import tell
from hopcore._threads import threads
from hopcore.data import TrainingSet
from hopcore.sweeps.grid import checked_axes, final_states, places
from hopcore.sweeps.provenance import provenance
from hopcore.sweeps.stacks import Final, in_stacks, pack, stack_size, train_packed, train_runs
from hopcore.sweeps.store import RunStore
from hopcore.training import Options, Run
from hopcore.training.features import features_of
from hopcore.training.results import versions

Task = Sequence[Run]
"""Runs that are trained in one stack."""

Keep = Callable[[Task, Final], None]
"""Called with a finished task and its result."""

AHEAD = 512
"""Tasks that are with the executor at once: enough for a large cluster, few enough that their results take
little memory where they wait."""


class WorkerWarning(UserWarning):
    """The executor's workers were lost. The remaining runs are computed without them."""


def sweep(
    data: TrainingSet,
    *,
    n: float | Iterable[float],
    rescaled_temperature: float | Iterable[float],
    seed: int | Iterable[int] = (0,),
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
    progress: bool = False,
    **train_options: Any,
) -> xr.Dataset:
    """Train a network for every n, temperature and seed; the final states as one dataset.

    Parameters
    ----------
    data : the training set of all runs.
    n, rescaled_temperature, seed : the values of each, or one value; none twice. Every combination is one
        run. (A list is always one of runs: schedules over epochs are for `hopcore.train`.)
    executor : any `concurrent.futures.Executor`; None computes the runs here, one after the other.
    store : a folder in which every finished run is kept. A sweep takes from it what it holds already, so one
        that was interrupted, or a larger one, computes only what is missing.
    progress : show a progress bar over the runs, with the time left.
    **train_options : the other options of `hopcore.train`, the same for all runs. ``record_every`` is
        refused: a sweep keeps final states only.

    Returns
    -------
    xarray.Dataset
        ``memories`` (n, rescaled_temperature, seed, memory, pixel) and ``labels`` (…, memory, category) after
        the last epoch; the attributes hold all options, the data's fingerprint, and the versions of code and
        packages.

    Raises
    ------
    ValueError, TypeError
        For a wrong or unknown argument, or a store that cannot be written; before any work.
    RuntimeError
        If a run fails, with its n, temperature and seed. What was finished is in the store.

    Warns
    -----
    StoreWarning
        For a file of the store that is damaged or not what its name says: that run is computed again.
    WorkerWarning
        If the executor loses its workers: the remaining runs are computed in the calling process.

    Notes
    -----
    Use as many processes as there are cores; each computes with one thread::

        with hopcore.worker_pool() as pool:
            hopcore.sweep(data, n=range(2, 61), rescaled_temperature=0.85, executor=pool, store="runs")

    Only the calling process writes to the store, which several sweeps may use at once. If it is killed, the
    runs then in flight are lost. The book's page on sweeps says how to use a cluster (Dask).

    On one kind of processor, with the same versions, a run's result is the same bit for bit whatever the
    executor, the stack, the order of completion and the number of workers, and the same as that of `train`
    with one thread (``torch.set_num_threads(1)``). Other processors and ``device="cuda"`` round differently.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> networks = hopcore.sweep(data, n=(3, 10), rescaled_temperature=0.85, memories=4, epochs=10)
    >>> dict(networks.labels.sizes)
    {'n': 2, 'rescaled_temperature': 1, 'seed': 1, 'memory': 4, 'category': 10}
    """
    axes = checked_axes(n, rescaled_temperature, seed)
    if executor is not None and not isinstance(executor, Executor):
        allowed = "None or a concurrent.futures.Executor (that of a Dask client is client.get_executor())"
        raise refuse("executor", executor, allowed, TypeError)
    check_flag("progress", progress)
    options = _checked_options(data, train_options)
    kept = None if store is None else RunStore(store)

    states, at = final_states(axes, data, options), places(axes)
    # With n, temperature and seed, all that decides the digits of a run.
    common = {**options.described(), "data_fingerprint": data.fingerprint, **provenance()}
    identities = {run: {**vars(run), **common} for run in at}
    missing: list[Run] = []

    def put(run: Run, memories: np.ndarray, labels: np.ndarray) -> None:
        states.memories.values[at[run]], states.labels.values[at[run]] = memories, labels

    for run, identity in identities.items():
        if kept is not None and (found := kept.read(identity)) is not None:
            put(run, *found)
        else:
            missing.append(run)

    from tqdm.auto import tqdm

    left = set(missing)
    with tqdm(
        total=len(at), initial=len(at) - len(missing), unit="run", desc="sweep", disable=not progress
    ) as bar:

        def keep(runs: Task, final: Final) -> None:
            for run, memories, labels in zip(runs, *final, strict=True):
                put(run, memories, labels)
                if kept is not None:
                    kept.write(identities[run], memories, labels)
            bar.update(len(runs))
            left.difference_update(runs)
            tell(f"sweep: {len(at) - len(left)} of {len(at)} runs")

        if missing:
            _train_all(data, options, missing, executor, keep)
    tell("")
    described = {
        "title": "sweep of generalized Hopfield networks, final states",
        **common,
        "cost_power": "n" if options.cost_power is None else options.cost_power,
        "form": features_of(data, options.constraint).name,
        "threads": 1,
        **versions(),
    }
    return states.assign_attrs(described)


def _train_all(
    data: TrainingSet, options: Options, runs: Sequence[Run], executor: Executor | None, keep: Keep
) -> None:
    largest = stack_size(data, options)
    here = partial(train_runs, data, options)
    with threads(1):
        if executor is None:
            for stack in in_stacks(runs, largest):
                keep(stack, here(stack))
        else:
            stacks = in_stacks(runs, largest, at_least=2 * (os.cpu_count() or 1))
            dispatch(stacks, partial(train_packed, pack(data, options)), executor, keep, work_here=here)


def _checked_options(data: TrainingSet, given: dict[str, Any]) -> Options:
    known = {field.name for field in fields(Options)}
    if given.get("record_every") is not None:
        allowed = "left out: a sweep keeps final states only, and hopcore.train a whole trajectory"
        raise refuse("record_every", given["record_every"], allowed)
    for name in given.keys() - known:
        others = ", ".join(sorted(known - {"record_every"}))
        raise TypeError(f"unknown option {name}: besides its own, sweep takes {others}")
    return Options.checked(data, **given)


def dispatch(
    tasks: Sequence[Task],
    work: Callable[[Task], Final],
    executor: Executor,
    keep: Keep,
    work_here: Callable[[Task], Final],
) -> None:
    """Have ``work(task)`` done for every task, and call ``keep(task, result)`` here as each one completes.

    Whatever stops it early (Ctrl-C, an error of a task or of ``keep``), tasks that have not started are
    cancelled, what is finished is kept, and the exception passes through. If the executor loses its
    workers, a `WorkerWarning` says so and the remaining tasks are done in the calling process, by
    ``work_here(task)``.
    """
    waiting = deque(tasks)
    flying: dict[Future[Final], Task] = {}
    try:
        while waiting or flying:
            while waiting and len(flying) < AHEAD:
                flying[executor.submit(work, waiting[0])] = waiting[0]
                waiting.popleft()
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                keep(flying[future], future.result())
                del flying[future]
    except (BrokenExecutor, CancelledError) as error:
        remaining = [*_stop(flying, keep), *waiting]
        warnings.warn(
            f"the executor lost its workers ({error or type(error).__name__}): computing what remains, "
            f"{len(remaining)} of {len(tasks)} tasks, in the calling process",
            WorkerWarning,
            stacklevel=3,
        )
        for task in remaining:
            keep(task, work_here(task))
    except BaseException:
        _stop(flying, keep)
        raise


def _stop(flying: dict[Future[Final], Task], keep: Keep) -> list[Task]:
    """Cancel what has not started, keep what is finished; returns the other tasks."""
    for future in flying:
        future.cancel()
    remaining = []
    for future, task in flying.items():
        if future.done() and not future.cancelled() and future.exception() is None:
            keep(task, future.result())
        else:
            remaining.append(task)
    return remaining

"""Handing tasks to an executor so that nothing finished is lost by Ctrl-C, an error or a worker's death."""

import warnings
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 512
"""Tasks that are with the executor at once: enough for a large cluster, few enough that their results take
little memory where they wait."""


class WorkerWarning(UserWarning):
    """The executor's workers were lost. The remaining runs are computed without them."""


def dispatch(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    executor: Executor,
    keep: Callable[[Task, Result], object],
    work_here: Callable[[Task], Result],
) -> None:
    """Have ``work(task)`` done for every task, and call ``keep(task, result)`` here as each one completes.

    Whatever stops it early (Ctrl-C, an error of a task or of ``keep``), tasks that have not started are
    cancelled, what is finished is kept, and the exception passes through. If the executor loses its
    workers, a `WorkerWarning` says so and the remaining tasks are done in the calling process, by
    ``work_here(task)``.
    """
    waiting = deque(tasks)
    flying: dict[Future[Result], Task] = {}
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


def _stop(flying: dict[Future[Result], Task], keep: Callable[[Task, Result], object]) -> list[Task]:
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

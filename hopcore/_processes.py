"""Processes that do not outlive the one that started them, and tell it how far they are."""

import os
import threading
from functools import cache
from multiprocessing import parent_process
from pathlib import Path

TOLD = "HOPCORE_TOLD"
"""The environment variable in which the one that started a process may name a file, to show what it holds."""


def tell(text: str) -> None:
    """Say how far this process is, if somebody asked."""
    if place := os.environ.get(TOLD):
        Path(place).write_text(text, encoding="utf-8")


@cache
def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, however that ended, even by SIGKILL.

    A process of `multiprocessing` knows its parent. Any other must have been given a pipe as its standard
    input, of which the parent keeps the other end open: the system closes it with the parent.
    """
    threading.Thread(target=_watch, name="hopcore-parent", daemon=True).start()


def _watch() -> None:
    parent = parent_process()
    if parent is not None:
        try:
            parent.join()
        except ValueError:  # loky's processes know no way to wait for theirs, and loky ends them
            return
    else:
        # From the descriptor itself: a thread that sits in sys.stdin would hold its lock when Python ends.
        while os.read(0, 4096):
            pass
    os._exit(3)

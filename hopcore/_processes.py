"""Processes that do not outlive the one that started them."""

import os
import threading
from functools import cache
from multiprocessing import parent_process


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

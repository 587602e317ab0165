"""Ends a child process when the command that started it ends, however that ends."""

from __future__ import annotations

import os
import threading


def hold() -> None:
    """From now on, end this process as soon as its standard input closes.

    The parent keeps the other end of the pipe open while it lives; the system closes it even after a
    SIGKILL. So a killed command leaves nothing behind that still writes to ``_build``.
    """
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # From the descriptor itself: a thread that sits in sys.stdin would hold its lock when Python ends.
    while os.read(0, 4096):
        pass
    os._exit(3)

"""What tests wait for: a condition, and the end of processes."""

import time
from contextlib import suppress

import psutil


def wait_for(condition, seconds=60.0):
    """Whether the condition came true in this time."""
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return met


def gone(process):
    """Whether a process has ended, also if nobody has asked for its status yet."""
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True

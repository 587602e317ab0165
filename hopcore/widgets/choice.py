"""One cell for both readers: live where a kernel answers, static in a built page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

STATIC = "HOPCORE_STATIC"
"""The environment variable that a build of the book sets for its kernels: pages cannot ask them again."""


def live_or_static(live: Callable[[], Any], static: Callable[[], Any]) -> Any:
    """The live widget in a running kernel, and the static figure where nobody answers.

    Put it last in a cell, which then shows what it returns.

    Parameters
    ----------
    live
        Makes the widget; called in a Jupyter kernel, unless ``HOPCORE_STATIC`` is set and not empty.
    static
        Makes the figure; called in a build of the book, and without a kernel.
    """
    return static() if os.environ.get(STATIC) or not _in_kernel() else live()


def _in_kernel() -> bool:
    """Whether a Jupyter kernel runs this; a shell without one (a terminal's IPython) has no ``kernel``."""
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None

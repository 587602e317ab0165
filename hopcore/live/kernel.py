"""Whether somebody answers: an instrument asks a notebook's kernel, and a page has none."""

import os
import sys

STATIC = "HOPCORE_STATIC"
"""The environment variable that a build of the book sets for its kernels: pages cannot ask them again."""


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this and answers later; a shell without one has no ``kernel``."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    return kernel is not None and not os.environ.get(STATIC)

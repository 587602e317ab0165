"""Live figures for a running kernel: one call each, made of ipywidgets, usable with the keyboard alone.

Each draws with Matplotlib's Agg canvas into an image (no window, no pyplot) and says what it shows, and what
went wrong, in its own area.  The names below are loaded when first used: a page without a kernel needs none
of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "live_or_static": "choice",
    "nullcline_explorer": "nullclines",
    "training_explorer": "training",
    "temperature_knob": "temperature",
    "decomposition_explorer": "decomposition",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hopcore.widgets' has no attribute {name!r}")
    value = getattr(import_module(f"hopcore.widgets.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

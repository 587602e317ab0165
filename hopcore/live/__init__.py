"""Instruments that compute in the page: a network that learns, and what can be asked of it.

Each call gives one instrument: in a notebook a widget, whose network is also a Python object, and in a built
page an element that needs no kernel.  Both run the same JavaScript, which is in this folder.
"""

from __future__ import annotations

from .make import STATIC, draw, heat, network, nullclines, three
from .page import Page, script

__all__ = ["STATIC", "Page", "draw", "heat", "network", "nullclines", "script", "three"]

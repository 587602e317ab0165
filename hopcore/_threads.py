"""How many threads PyTorch computes with, for a while."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_guard, _here = threading.Lock(), threading.local()
_inside: list[int] = []
"""The process's own number, once for each ``with`` that is entered and not left, in whatever thread."""


@contextmanager
def threads(count: int) -> Iterator[None]:
    """PyTorch with so many threads inside a ``with``; the number before it afterwards.

    A thread of Python begins with the number that was set last, so one that begins while another computes
    gets the process's own back.
    """
    outermost = not getattr(_here, "entered", False)
    with _guard:
        _inside.append(_inside[0] if _inside else torch.get_num_threads())
        before = _inside[0] if outermost else torch.get_num_threads()
    _here.entered = True
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        _here.entered = not outermost
        with _guard:
            _inside.pop()

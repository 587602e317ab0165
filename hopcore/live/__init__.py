"""Instruments that compute in the page: a network that learns, and what can be asked of it.

Each call gives one instrument: in a notebook a widget, whose network is also a Python object, and in a built
page an element that needs no kernel.  Both run the same JavaScript, which is in this folder.  The names are
those of `__init__.pyi`, loaded when first used: a command that only looks at the book draws no picture.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

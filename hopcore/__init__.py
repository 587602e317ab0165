"""Prototype learning in generalized Hopfield networks: the library behind the executable edition.

The names are those of `__init__.pyi`, loaded when first used, so that ``import hopcore`` costs nothing.
"""

from importlib.metadata import version

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = version("hopcore")

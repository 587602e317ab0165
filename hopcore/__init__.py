"""Prototype learning in generalized Hopfield networks: the library behind the executable edition.

The names below are loaded when first used, so that ``import hopcore`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Digits": "mnist",
    "TrainingSet": "data",
    "load_mnist": "mnist",
    "paper_pair": "data",
    "training_set": "data",
    "cost": "model",
    "gradients": "model",
    "scores": "model",
    "category": "model",
    "NoisePulses": "training",
    "train": "training",
    "save_run": "training",
    "open_run": "training",
    "sweep": "sweeps",
    "worker_pool": "sweeps",
    "coefficients": "decomposition",
    "category_coefficients": "decomposition",
    "images_needed": "decomposition",
    "reconstruct": "decomposition",
    "Embedding": "embedding",
    "fit_embedding": "embedding",
    "ReducedSystem": "reduced",
    "bifurcation_diagram": "reduced",
    "folds": "reduced",
    "mixture_temperature": "reduced",
}

# Parts that are reached by their own name: hopcore.widgets.nullcline_explorer().
_PARTS = ("plotting", "widgets")

__all__ = sorted([*_HOME, "__version__"])


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("hopcore")
    if name in _PARTS:
        return import_module(f"hopcore.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'hopcore' has no attribute {name!r}")
    value = getattr(import_module(f"hopcore.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

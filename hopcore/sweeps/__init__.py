"""Sweeps: many networks that differ in n, temperature and seed, trained anywhere and kept in a folder."""

from .run import WorkerWarning, sweep
from .stacks import worker_pool
from .store import StoreWarning

__all__ = ["StoreWarning", "WorkerWarning", "sweep", "worker_pool"]

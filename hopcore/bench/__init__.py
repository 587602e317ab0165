"""The speed of training, measured as ratios in one process: ``hopcore bench``."""

from .table import Table, run_table

__all__ = ["Table", "run_table"]

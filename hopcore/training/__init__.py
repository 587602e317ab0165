"""Training: the learning rule, its exact forms, and results as labelled datasets."""

from .files import open_run, save_run
from .options import NoisePulses, Options, RandomStart, Run, mean_start
from .run import train, train_final, train_stack

__all__ = [
    "NoisePulses", "Options", "RandomStart", "Run", "mean_start", "open_run", "save_run", "train",
    "train_final", "train_stack",
]  # fmt: skip

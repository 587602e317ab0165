"""The reduced system: one memory, two digits, two variables, and what can be said about it exactly.

Source: arXiv 2312.03012, sections "Properties of the two-memory system" and "Bifurcation diagram define three
different regimes for saddles", and the supplement.  NumPy and SciPy only.
"""

from .diagram import bifurcation_diagram, curves, labels_at_limit, overlap_diagram, phase_diagram
from .fold_curves import asymmetry_curves, fold_curves, overlap_curves
from .mixtures import mixture_slope, mixture_temperature, pitchforks, prototype_onset, same_digit_mixtures
from .saddle_nodes import folds
from .splitting import splitting_flow
from .system import ReducedSystem
from .trajectories import trajectory

__all__ = [
    "ReducedSystem", "asymmetry_curves", "bifurcation_diagram", "curves", "fold_curves", "folds",
    "labels_at_limit", "mixture_slope", "mixture_temperature", "overlap_curves", "overlap_diagram",
    "phase_diagram", "pitchforks", "prototype_onset", "same_digit_mixtures", "splitting_flow", "trajectory",
]  # fmt: skip

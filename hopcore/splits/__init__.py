"""Learning as a tree of splits: fates, when memories part, the saddles in between, and the order of digits.

Waddington's words are used as the paper does (arXiv 2312.03012, section on Waddington dynamics): a *fate*
is the digit that a memory has in the end, a *progenitor* the common state of memories that will have
different fates, a *split* the time at which they part.
"""

from .distances import (
    distances_between,
    distances_by_fate,
    distances_to_paths,
    distances_to_places,
    distances_to_run,
)
from .fates import NO_FATE, category_paths, fates, leading_digits
from .growth import coordinates, growth, on_a_line, quantiles
from .recognition import (
    appearance,
    class_means,
    learning_ranks,
    mean_paths,
    rank_agreement,
    rank_correlation,
    recognised,
    typicality,
)
from .saddles import Saddle, saddle
from .tree import Fate, Split, SplitTree, build_tree, fate_separations, separation_epochs, split_tree
from .valley import landscape, leaf_order

__all__ = [
    "NO_FATE", "Fate", "Saddle", "Split", "SplitTree", "appearance", "build_tree", "category_paths",
    "class_means", "coordinates", "distances_between", "distances_by_fate", "distances_to_paths",
    "distances_to_places", "distances_to_run", "fate_separations", "fates", "growth", "landscape",
    "leading_digits", "leaf_order", "learning_ranks", "mean_paths", "on_a_line", "quantiles",
    "rank_agreement", "rank_correlation", "recognised", "saddle", "separation_epochs", "split_tree",
    "typicality",
]  # fmt: skip

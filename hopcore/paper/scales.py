"""How much each chapter computes at its scales, beside the parameters of the paper's figures.

``tiny`` is for tests: seconds, every branch, no result. ``quick`` is the book's. ``paper`` has the paper's
grids.
"""

from __future__ import annotations

# --- feature_to_prototype ---

# --- waddington ---

# --- three_categories ---

# --- two_memory_bifurcation ---

# --- two_memory_prototypes ---

# --- path_dependence ---

# --- arrest ---

# --- stem_state ---

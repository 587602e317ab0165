"""Memories side by side in one picture, each in a frame of the colour of its label."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_rgb

from hopcore._checks import refuse
from hopcore.plotting.style import DIGIT_COLOURS, INK, PIXEL_MAP

_FRAME, _GAP = 2, 1  # pixels
LABELLED = 0.99
"""A label of at least this counts as +1."""

_COLOURS = np.array([to_rgb(colour) for colour in (*DIGIT_COLOURS, INK)])


def mosaic(memories: np.ndarray, labels: np.ndarray, columns: int) -> np.ndarray:
    """A picture (height, width, 4) of memories (K, N), row by row, from labels (K, C).

    The frame has the colour of the digit whose label alone is +1; it is grey if there is none or several.

    Raises
    ------
    ValueError
        For memories that are no square pictures.
    """
    count, side = len(memories), side_of(memories)
    rows, step = -(-count // columns), side + 2 * _FRAME + _GAP
    picture = np.zeros((rows * step, columns * step, 4))
    shades = mpl.colormaps[PIXEL_MAP]((memories.reshape(count, side, side) + 1) / 2)
    for index, digit in enumerate(single_labels(labels)):
        top, left = step * (index // columns), step * (index % columns)
        cell = picture[top : top + step - _GAP, left : left + step - _GAP]
        cell[..., :3], cell[..., 3] = _COLOURS[digit], 1
        cell[_FRAME:-_FRAME, _FRAME:-_FRAME] = shades[index]
    return picture


def side_of(memories: np.ndarray) -> int:
    """The pixels along a side of pictures (..., N).

    Raises
    ------
    ValueError
        If N is no square.
    """
    side = round(memories.shape[-1] ** 0.5)
    if side * side != memories.shape[-1]:
        raise refuse("memories", memories, "square pictures, such as 28 × 28 pixels")
    return side


def single_labels(labels: np.ndarray) -> np.ndarray:
    """The digit whose label alone is +1, of each memory (K,); −1 for none or several."""
    full = labels >= LABELLED
    return np.where(full.sum(axis=1) == 1, full.argmax(axis=1), -1)

"""Numbers in sentences: values that a chapter computes and its text quotes."""

from __future__ import annotations

from typing import Any

import numpy as np


def say(**values: Any) -> None:
    """Keep values in the notebook for its text, which quotes them as ``{glue:text}`name:.2f```.

    A NumPy or xarray value of one element is kept as the plain Python number that it holds, because only such
    a number can be formatted in the text.

    Raises
    ------
    ValueError
        For an array of several elements, or a name that is not a plain word.
    """
    from myst_nb import glue  # part of the extra `book`, which only chapters need

    for name, value in values.items():
        if not name.isidentifier():
            raise ValueError(f"names must be plain words, got {name!r}")
        if hasattr(value, "item"):
            if np.size(value) != 1:
                raise ValueError(f"{name} must be one number, got {np.size(value)}")
            value = value.item()
        glue(name, value, display=False)

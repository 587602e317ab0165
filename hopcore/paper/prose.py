"""Numbers in sentences: values that a chapter computes and its text quotes."""

from __future__ import annotations

from typing import Any

import numpy as np


def say(**values: Any) -> None:
    """Keep values in the notebook for its text, which quotes them as ``{glue:text}`name:.2f```.

    Raises
    ------
    ValueError
        For an array of several elements, or a name that is not a plain word (or two with a dot between).
    """
    from myst_nb import glue  # part of the extra `book`, which only chapters need

    for name, value in values.items():
        if not all(word.isidentifier() for word in name.split(".", 1)):
            raise ValueError(f"names must be plain words, got {name!r}")
        glue(name, plain_number(name, value), display=False)


def plain_number(name: str, value: Any) -> Any:
    """The plain Python number that a NumPy or xarray value of one element holds: only such has a format."""
    if not hasattr(value, "item"):
        return value
    if np.size(value) != 1:
        raise ValueError(f"{name} must be one number, got {np.size(value)}")
    return value.item()

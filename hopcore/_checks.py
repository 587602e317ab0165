"""Checks of arguments: every error names the argument, its value and what is allowed."""

import math
from collections.abc import Callable, Collection, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np


def _shown(value: Any) -> str:
    """A value as an error message shows it: short, whatever it is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 80 else f"{text[:77]}..."


def refuse(name: str, value: Any, allowed: str, error: type[Exception] = ValueError) -> Exception:
    """The error to raise for a wrong argument: ``raise refuse("n", n, "a real number above 1")``."""
    return error(f"{name} = {_shown(value)}: must be {allowed}")


def check_real(
    name: str,
    value: Any,
    allowed: str = "a finite real number",
    holds: Callable[[float], bool] = math.isfinite,
) -> float:
    """The value as a finite float for which ``holds`` is true; booleans and text are refused."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise refuse(name, value, allowed, TypeError)
    try:
        number = float(value)
    except OverflowError:  # an integer or a fraction beyond every float
        number = math.inf
    if not (math.isfinite(number) and holds(number)):
        raise refuse(name, value, allowed)
    return number


def check_positive(name: str, value: Any) -> float:
    """The value as a float above 0."""
    return check_above(name, value, 0)


def check_above(name: str, value: Any, bound: float) -> float:
    """The value as a float above ``bound``."""
    return check_real(name, value, f"a finite real number above {bound:g}", lambda number: number > bound)


def check_at_least(name: str, value: Any, minimum: float) -> float:
    """The value as a float of at least ``minimum``."""
    allowed = f"a finite real number of at least {minimum:g}"
    return check_real(name, value, allowed, lambda number: number >= minimum)


def check_integer(name: str, value: Any, minimum: int | None = None, maximum: int | None = None) -> int:
    """The value as an int within the bounds, a lower one or both; 3.0 is refused, as it may be a slip."""
    allowed = "an integer" if minimum is None else f"an integer of at least {minimum}"
    if maximum is not None:
        allowed = f"an integer from {minimum} to {maximum}"
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise refuse(name, value, allowed, TypeError)
    number = int(value)
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        raise refuse(name, value, allowed)
    return number


def check_choice(name: str, value: Any, allowed: Collection[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in allowed:
        error = ValueError if isinstance(value, str) else TypeError
        raise refuse(name, value, "one of " + ", ".join(map(repr, allowed)), error)
    return value


def check_flag(name: str, value: Any) -> bool:
    """True or False, not something that merely counts as such."""
    if not isinstance(value, (bool, np.bool_)):
        raise refuse(name, value, "True or False", TypeError)
    return bool(value)


def check_finite_array(
    name: str,
    value: Any,
    shape: Sequence[int | None] | None = None,
    ndim: int | None = None,
    mend: str = "",
) -> np.ndarray:
    """The value as a float64 array without NaN or infinities; ``None`` in ``shape`` is any length.

    ``mend`` is said besides where a number is not finite.
    """
    try:
        given = np.asarray(value)
        # NumPy would read numbers in a text, and drop imaginary parts and masks.
        objects = given.flat if given.dtype.kind == "O" else ()
        if given.dtype.kind not in "biufO" or any(isinstance(each, (str, bytes)) for each in objects):
            raise TypeError(f"numbers of the type {given.dtype}")
        if np.ma.is_masked(value):
            raise TypeError("numbers are missing")
        array = given.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:  # the last: of torch
        raise refuse(name, value, f"an array of real numbers ({error})", TypeError) from error
    if ndim is not None and array.ndim != ndim:
        raise refuse(name, array, f"an array of {ndim} dimensions")
    if shape is not None and (
        array.ndim != len(shape)
        or any(want is not None and have != want for have, want in zip(array.shape, shape, strict=True))
    ):
        wanted = ", ".join("any" if length is None else str(length) for length in shape)
        raise refuse(name, array, f"an array of shape ({wanted})")
    if not np.isfinite(array).all():
        where = tuple(int(index) for index in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}[{', '.join(map(str, where))}] = {array[where]}: must be finite{mend}")
    return array


def dense(value: Any) -> Any:
    """A sparse matrix as an array, and anything else as it is."""
    return value.toarray() if hasattr(value, "toarray") else value


def check_increasing(name: str, value: Any, above: float = -math.inf) -> np.ndarray:
    """A one-dimensional array of finite, strictly increasing numbers above a bound, at least one of them."""
    array = check_finite_array(name, np.atleast_1d(value), ndim=1)
    if array.size == 0 or (np.diff(array) <= 0).any():
        raise refuse(name, value, "a list of increasing numbers, at least one")
    check_above(name, float(array[0]), above)
    return array
